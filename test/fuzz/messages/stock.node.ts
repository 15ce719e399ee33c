import { create, toBinary } from "@bufbuild/protobuf";
import { DirectorySchema } from "../../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { BLAKE3, type Blob, blobOf, emptyBlob, upload } from "../../conformance/blobs.ts";
import type { Clients } from "../../conformance/check.ts";
import { drain } from "../../conformance/outcome.ts";
import { parentOf } from "../../conformance/trees.ts";
import { bytesOf } from "../../support/bytes.ts";
import { canary } from "../sessions.node.ts";

/** What a server holds before messages come to it, so that they can speak of it. */
export interface Stock {
  readonly blobs: readonly Blob[];
  /** How GetTree calls for the deep chain of Directories go on. */
  readonly pageTokens: readonly string[];
}

const small = blobOf(bytesOf(100, 1));
const large = blobOf(bytesOf(300_000, 2));
const sameUnderAnotherFunction = blobOf(small.data, BLAKE3);

/** Deeper than any real one. */
const chain = chainOf(150);
const [root = emptyBlob] = chain;

/** Directories that are broken in one way each. */
const oddDirectories = [
  parentOf({ gone: canary }),
  parentOf({ "no-directory": small }),
  parentOf({ "no-digest": { digest: { hash: "zz", sizeBytes: -1n } } }),
  blobOf(toBinary(DirectorySchema, create(DirectorySchema, { directories: [{ name: "none" }] }))),
];

function chainOf(length: number): readonly Blob[] {
  const directories = [parentOf({})];
  while (directories.length < length) {
    const [last = emptyBlob] = directories;
    directories.unshift(parentOf({ child: last }));
  }
  return directories;
}

export async function stock(clients: Clients): Promise<Stock> {
  const blobs = [small, large, ...oddDirectories, ...chain];
  await upload(clients, "", ...blobs);
  await upload(clients, "", sameUnderAnotherFunction);
  const pages = await drain(clients.cas.getTree({ rootDigest: root.digest, pageSize: 40 }));
  return {
    // Few of the chain, so that messages speak of the others as often.
    blobs: [small, large, sameUnderAnotherFunction, ...oddDirectories, ...chain.slice(0, 3)],
    pageTokens: pages.map(({ nextPageToken }) => nextPageToken),
  };
}
