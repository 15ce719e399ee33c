import { create, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import type { Digest } from "../../shared/digest/digest.ts";
import {
  type Directory,
  DirectorySchema,
  TreeSchema,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { digests } from "./arbitraries.ts";
import { blobFrom, type TestBlob } from "./blobs.ts";

/** A digest as messages carry it. */
export function messageOf({ hash, sizeBytes }: Digest): { hash: string; sizeBytes: bigint } {
  return { hash, sizeBytes: BigInt(sizeBytes) };
}

const nodes = fc.record({ name: fc.string({ maxLength: 20 }), digest: digests.map(messageOf) });

/** Directories of all shapes: not canonical ones only, since servers pass on what they get. */
export const directories: fc.Arbitrary<Directory> = fc
  .record({
    files: fc.array(nodes, { maxLength: 4 }),
    directories: fc.array(nodes, { maxLength: 4 }),
    symlinks: fc.array(fc.record({ name: fc.string(), target: fc.string() }), { maxLength: 2 }),
  })
  .map((init) => create(DirectorySchema, init));

/** One record of a Tree message. */
export interface TreeRecord {
  readonly bytes: Uint8Array;
  readonly directory?: Directory;
}

/** A Directory as the root (1) or a child (2) of a Tree. */
export function recordOf(field: 1 | 2, directory: Directory): TreeRecord {
  const writer = new BinaryWriter().tag(field, WireType.LengthDelimited);
  return { bytes: writer.bytes(toBinary(DirectorySchema, directory)).finish(), directory };
}

/** A record of a field that this version does not know, of each form that records have today. */
export const unknownRecords: fc.Arbitrary<TreeRecord> = fc
  .tuple(fc.integer({ min: 3, max: 536_870_911 }), fc.nat(3), fc.uint8Array({ maxLength: 40 }))
  .map(([field, form, bytes]) => {
    const writer = new BinaryWriter();
    if (form === 0) writer.tag(field, WireType.Varint).uint64(2n ** BigInt(bytes.byteLength));
    if (form === 1) writer.tag(field, WireType.Bit64).fixed64(7n);
    if (form === 2) writer.tag(field, WireType.Bit32).fixed32(7);
    if (form === 3) writer.tag(field, WireType.LengthDelimited).bytes(bytes);
    return { bytes: writer.finish() };
  });

/** A Directory: what it says, its bytes, and what names it. */
export interface TestDirectory extends TestBlob {
  readonly message: Directory;
}

/** A Directory of files and subdirectories with these digests. */
export async function directoryOf(
  files: readonly Digest[],
  children: readonly Digest[] = [],
): Promise<TestDirectory> {
  const message = create(DirectorySchema, {
    files: files.map((digest, index) => ({ name: `f${index}`, digest: messageOf(digest) })),
    directories: children.map((digest, index) => ({
      name: `d${index}`,
      digest: messageOf(digest),
    })),
  });
  return { ...(await blobFrom(toBinary(DirectorySchema, message))), message };
}

/** The Tree of a root and its children. */
export async function treeOf(root: TestDirectory, ...children: TestDirectory[]): Promise<TestBlob> {
  const messages = children.map(({ message }) => message);
  const tree = create(TreeSchema, { root: root.message, children: messages });
  return await blobFrom(toBinary(TreeSchema, tree));
}
