import { Breather } from "../breather.ts";
import { collect } from "../bytes/collect.ts";
import { mapConcurrently } from "../concurrent.ts";
import { type Digest, digestKey, formatDigest } from "../digest/digest.ts";
import type { SupportedFunctions } from "../digest/supported-functions.ts";
import { limits } from "../limits.ts";
import type { Directory } from "../proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { invalidArgument, quote, RequestError } from "../request-error.ts";
import type { BlobStore } from "../stores/blob-store.ts";
import type { Call } from "../stores/call.ts";
import type { Turns } from "../turns.ts";
import { digestsOf } from "./request-digests.ts";
import { decodeDirectory } from "./tree-records.ts";

/** A Directory, and the bytes it was stored as: a client hashes them again, so they must travel unchanged. */
export interface StoredDirectory {
  readonly bytes: Uint8Array;
  readonly message: Directory;
}

export interface TreePage {
  readonly directories: readonly StoredDirectory[];
  /** Resumes behind this page; empty on the last. */
  readonly nextPageToken: string;
}

export interface TreeRequest {
  readonly root: Digest;
  /** Directories in a page; 0 leaves it to the server. */
  readonly pageSize: number;
  readonly pageToken: string;
}

interface Visit {
  /** How many Directories, present or not, come before this one. */
  readonly position: number;
  readonly directory: StoredDirectory;
}

/** Walks directory trees, breadth first, each Directory once. The order depends on nothing but the root. */
export class TreeService {
  readonly #blobs: BlobStore;
  readonly #functions: SupportedFunctions;
  readonly #walks: Turns;

  /** `walks` bounds how many trees are walked at once: each takes memory for what it has seen. */
  constructor(blobs: BlobStore, functions: SupportedFunctions, walks: Turns) {
    this.#blobs = blobs;
    this.#functions = functions;
    this.#walks = walks;
  }

  /** Every Directory below the root and the root, in pages. NOT_FOUND where the root is absent; other gaps are left out. */
  async *pages(request: TreeRequest, call: Call): AsyncGenerator<TreePage, void, undefined> {
    if (request.pageSize < 0) {
      throw invalidArgument("page_size", `${request.pageSize} is negative`);
    }
    const start = parseToken(request, call);
    using _ = await this.#walks.take(call.signal);
    let directories: StoredDirectory[] = [];
    let bytes = 0;
    for await (const { position, directory } of this.#walk(request.root, call)) {
      if (position < start) continue;
      const full = bytes > 0 && bytes + directory.bytes.byteLength > limits.treePageBytes;
      if (full || (request.pageSize > 0 && directories.length >= request.pageSize)) {
        yield { directories, nextPageToken: formatToken(position, request, call) };
        directories = [];
        bytes = 0;
      }
      directories.push(directory);
      bytes += directory.bytes.byteLength;
    }
    yield { directories, nextPageToken: "" };
  }

  async *#walk(root: Digest, call: Call): AsyncGenerator<Visit, void, undefined> {
    const seen = new Set([digestKey(root)]);
    const breather = new Breather();
    const digests = digestsOf(root.function, this.#functions);
    const queue = [root];
    for (let position = 0; position < queue.length;) {
      const batch = queue.slice(position, position + limits.storeConcurrency);
      const found = await mapConcurrently(batch, limits.storeConcurrency, (digest) =>
        this.#read(digest, digest === root, call),
      );
      for (const directory of found) {
        if (directory !== undefined) yield { position, directory };
        position += 1;
        const nodes = directory?.message.directories ?? [];
        await breather.after(1 + nodes.length);
        for (const node of nodes) {
          const child = parseNode(() => digests.parse(node.digest, "digest"));
          const key = digestKey(child);
          if (seen.has(key)) continue;
          seen.add(key);
          queue.push(child);
          if (queue.length > limits.treeDirectories) throw tooManyDirectories();
        }
      }
    }
  }

  async #read(digest: Digest, isRoot: boolean, call: Call): Promise<StoredDirectory | undefined> {
    if (digest.sizeBytes > limits.directoryBytes)
      throw notADirectory(digest, isRoot, "is too large");
    await using source = await this.#blobs.get(digest, { offset: 0 }, call);
    if (source === undefined) {
      if (!isRoot) return undefined;
      throw new RequestError("not-found", `${formatDigest(digest)} is not in the cache`);
    }
    const bytes = await collect(source, digest.sizeBytes);
    try {
      return { bytes, message: decodeDirectory(bytes) };
    } catch {
      throw notADirectory(digest, isRoot, "does not decode");
    }
  }
}

/** Below the root, a malformed node is the uploader's mistake, not this caller's. */
function parseNode(parse: () => Digest): Digest {
  try {
    return parse();
  } catch (error) {
    const reason = error instanceof Error ? error.message : "unknown";
    throw new RequestError(
      "failed-precondition",
      `a Directory of the tree is malformed: ${reason}`,
    );
  }
}

function notADirectory(digest: Digest, isRoot: boolean, why: string): RequestError {
  const message = `${formatDigest(digest)} is not a Directory: it ${why}`;
  return isRoot
    ? invalidArgument("root_digest", message)
    : new RequestError("failed-precondition", message);
}

function tooManyDirectories(): RequestError {
  const message = `the tree has more than ${limits.treeDirectories} directories`;
  return new RequestError("resource-exhausted", message);
}

/** Tokens name a position in the walk and what was walked, so that one for another tree is refused. */
function formatToken(position: number, { root }: TreeRequest, call: Call): string {
  return `${position}:${digestKey(root)}:${call.instanceName}`;
}

function parseToken(request: TreeRequest, call: Call): number {
  if (request.pageToken === "") return 0;
  const position = Number.parseInt(request.pageToken, 10);
  const ours = position >= 0 && request.pageToken === formatToken(position, request, call);
  if (!ours) {
    throw invalidArgument("page_token", `${quote(request.pageToken)} is not a token for this tree`);
  }
  return position;
}
