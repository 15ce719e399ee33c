import { create, toBinary } from "@bufbuild/protobuf";
import type { DigestFunction } from "../../../shared/digest/digest-function.ts";
import { limits } from "../../../shared/limits.ts";
import { TreeSchema } from "../../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { bytesOf, concat } from "../../support/bytes.ts";
import type { Random } from "../random.node.ts";
import { type KnownBlob, knownBlob } from "./known-blobs.node.ts";

/** How often there is a blob that servers may keep as its parts: it takes long to hash and to read. */
const ASSEMBLED = 0.3;

/** The blobs of one run: other ones for each seed, so that a server may serve many runs. Some have parts in common. */
export async function drawBlobs(
  functions: readonly DigestFunction[],
  random: Random,
): Promise<readonly KnownBlob[]> {
  const bytes = (sizeBytes: number): Uint8Array<ArrayBuffer> =>
    bytesOf(sizeBytes, random.below(2 ** 31));
  const head = await knownBlob("head", bytes(2000));
  const tail = await knownBlob("tail", bytes(1500));
  const nearlyHead = head.data.with(1999, (head.data[1999] ?? 0) ^ 1);
  const unit = await knownBlob("unit", bytes(16));
  const other = { function: random.pick(functions) };
  return [
    await knownBlob("empty", new Uint8Array()),
    await knownBlob("tiny", bytes(9)),
    unit,
    await madeOf(
      "repetitive",
      Array.from({ length: 300 }, () => unit),
    ),
    head,
    await knownBlob("nearly head", nearlyHead),
    tail,
    await madeOf("head and tail", [head, tail]),
    await knownBlob("large", bytes(300_000)),
    await treeOf([head, tail]),
    await knownBlob(`head by ${other.function}`, head.data, other),
    await knownBlob(`another by ${other.function}`, bytes(700), other),
    ...(random.chance(ASSEMBLED) ? await drawAssembled(bytes) : []),
  ];
}

async function madeOf(label: string, parts: readonly KnownBlob[]): Promise<KnownBlob> {
  return await knownBlob(label, concat(parts.map(({ data }) => data)), { parts });
}

async function treeOf(needs: readonly KnownBlob[]): Promise<KnownBlob> {
  const files = needs.map(({ digest }, index) => ({ name: `${index}`, digest }));
  const bytes = toBinary(TreeSchema, create(TreeSchema, { root: { files } }));
  return await knownBlob("tree", bytes, { needs });
}

async function drawAssembled(
  bytes: (sizeBytes: number) => Uint8Array,
): Promise<readonly KnownBlob[]> {
  const half = limits.splicedBytes / 2;
  const first = await knownBlob("first half", bytes(half + 10));
  const second = await knownBlob("second half", bytes(half));
  return [first, second, await madeOf("assembled", [first, second])];
}
