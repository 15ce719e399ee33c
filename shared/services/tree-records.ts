import { fromBinary } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { limits } from "../limits.ts";
import {
  type Directory,
  DirectorySchema,
} from "../proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";

/** Bytes that are not the Tree they should be, or a Directory in it that is too large to look at. */
export class MalformedTree extends Error {
  override readonly name = "MalformedTree";
}

/** The longest tag and length in front of a record: two varints. */
const HEADER_BYTES = 15;

/**
 * The Directories of a Tree message, root and children alike, decoded one by one as its bytes arrive: Trees of 100 MB occur, and
 * no more than one Directory of them is held.
 */
export async function* readTree(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Directory, void, undefined> {
  let pending = new Uint8Array();
  for await (const chunk of source) {
    pending = pending.byteLength === 0 ? chunk.slice() : joined(pending, chunk);
    let at = 0;
    for (;;) {
      const record = nextRecord(pending.subarray(at));
      if (record === undefined) break;
      at += record.bytes;
      if (record.directory !== undefined) yield record.directory;
    }
    pending = pending.subarray(at);
  }
  if (pending.byteLength > 0) throw new MalformedTree("a Tree ends in the middle of a Directory");
}

/** The record at the start of `bytes`; `undefined` while it is not all there. */
function nextRecord(bytes: Uint8Array): { bytes: number; directory?: Directory } | undefined {
  if (bytes.byteLength === 0) return undefined;
  const complete = bytes.byteLength >= HEADER_BYTES;
  const reader = new BinaryReader(bytes);
  let field: number;
  let length: number;
  try {
    const [number, wireType] = reader.tag();
    field = number;
    if (wireType !== WireType.LengthDelimited) {
      reader.skip(wireType, number);
      return { bytes: reader.pos };
    }
    length = reader.uint32();
  } catch (cause) {
    if (!complete) return undefined;
    throw new MalformedTree("a Tree has bytes that are no protobuf record", { cause });
  }
  if (length > limits.directoryBytes) {
    throw new MalformedTree(`a Directory in a Tree has ${length} bytes, more than can be checked`);
  }
  const end = reader.pos + length;
  if (end > bytes.byteLength) return undefined;
  // Fields newer than 1 (root) and 2 (children) are passed over, as protobuf has it.
  if (field !== 1 && field !== 2) return { bytes: end };
  return { bytes: end, directory: decodeDirectory(bytes.subarray(reader.pos, end)) };
}

/** Decodes a Directory; throws `MalformedTree`. */
export function decodeDirectory(bytes: Uint8Array): Directory {
  try {
    return fromBinary(DirectorySchema, bytes);
  } catch (cause) {
    throw new MalformedTree("the bytes are not a Directory", { cause });
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.byteLength + second.byteLength);
  both.set(first);
  both.set(second, first.byteLength);
  return both;
}
