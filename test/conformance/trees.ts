import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  ContentAddressableStorage,
  DirectorySchema,
  GetTreeRequestSchema,
  type GetTreeResponse,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { FileDescriptorResponseSchema } from "../../shared/proto/gen/grpc/reflection/v1/reflection_pb.ts";
import { type Blob, messageBlob, SHA256 } from "./blobs.ts";
import type { Fixture } from "./check.ts";
import { drain } from "./outcome.ts";

type DirectoryInit = MessageInitShape<typeof DirectorySchema>;

export function directory(init: DirectoryInit = {}, digestFunction = SHA256): Blob {
  return messageBlob(DirectorySchema, init, digestFunction);
}

/** A Directory of sub-directories, by name. */
export function parentOf(
  children: Readonly<Record<string, Pick<Blob, "digest">>>,
  digestFunction = SHA256,
): Blob {
  const directories = Object.entries(children).map(([name, { digest }]) => ({ name, digest }));
  return directory({ directories }, digestFunction);
}

/** A Directory that nobody else has: it holds one symlink with a random target. */
export function leaf(digestFunction = SHA256): Blob {
  return directory({ symlinks: [{ name: "l", target: crypto.randomUUID() }] }, digestFunction);
}

/** A chain of Directories, root first. */
export function chain(length: number): Blob[] {
  let last = leaf();
  const directories = [last];
  while (directories.length < length) {
    last = parentOf({ child: last });
    directories.push(last);
  }
  return directories.toReversed();
}

export async function getTree(
  { cas, instanceName }: Fixture,
  root: Blob,
  page: { pageSize?: number; pageToken?: string } = {},
): Promise<GetTreeResponse[]> {
  const { digest: rootDigest, digestFunction } = root;
  return await drain(cas.getTree({ instanceName, rootDigest, digestFunction, ...page }));
}

/** The hashes of the Directories in an answer, each encoded again. */
export function hashesIn(pages: readonly GetTreeResponse[], digestFunction = SHA256): string[] {
  return pages
    .flatMap(({ directories }) => directories)
    .map((message) => messageBlob(DirectorySchema, message, digestFunction).digest.hash);
}

/** The Directories of an answer as they travelled: another message of the same shape, a repeated field 1, takes them as bytes. */
export async function rawTree(
  { target, instanceName }: Fixture,
  { digest: rootDigest }: Blob,
): Promise<Uint8Array[]> {
  using connection = target.connect();
  const method = {
    ...ContentAddressableStorage.method.getTree,
    output: FileDescriptorResponseSchema,
  };
  const request = create(GetTreeRequestSchema, { instanceName, rootDigest });
  const requests = (async function* () {
    yield request;
  })();
  const { transport } = connection;
  const response = await transport.stream(method, undefined, undefined, undefined, requests);
  const pages = await drain(response.message);
  return pages.flatMap(({ fileDescriptorProto }) => fileDescriptorProto);
}

export function hashesOf(blobs: readonly Blob[]): string[] {
  return blobs.map(({ digest }) => digest.hash);
}
