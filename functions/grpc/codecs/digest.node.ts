import type { Digest } from "../../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import type { WireReader } from "./wire-reader.node.ts";
import { varintBytes, type WireWriter } from "./wire-writer.node.ts";

const HASH = (1 << 3) | 2;
const SIZE_BYTES = 2 << 3;

export function readDigest(reader: WireReader): Digest {
  let hash = "";
  let sizeBytes = 0n;
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag === HASH) hash = reader.string();
    else if (tag === SIZE_BYTES) sizeBytes = reader.int64();
    else reader.skip(tag);
  }
  return { $typeName: "build.bazel.remote.execution.v2.Digest", hash, sizeBytes };
}

/** A digest in an answer: one that has been checked, so that its hash is ASCII and its size exact. */
export type AnswerDigest = Partial<Pick<Digest, "hash" | "sizeBytes">>;

/** The bytes that `writeDigest` writes. */
export function digestBytes({ hash = "", sizeBytes = 0n }: AnswerDigest): number {
  const size = sizeBytes === 0n ? 0 : 1 + varintBytes(Number(sizeBytes));
  return 1 + varintBytes(hash.length) + hash.length + size;
}

export function writeDigest(writer: WireWriter, { hash = "", sizeBytes = 0n }: AnswerDigest): void {
  writer.uint32(HASH).ascii(hash);
  if (sizeBytes !== 0n) writer.uint32(SIZE_BYTES).uint53(Number(sizeBytes));
}
