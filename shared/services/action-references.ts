import { Breather } from "../breather.ts";
import { collect } from "../bytes/collect.ts";
import { type Digest, digestKey } from "../digest/digest.ts";
import { limits } from "../limits.ts";
import type {
  ActionResult,
  Directory,
  Digest as DigestMessage,
} from "../proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { RequestError } from "../request-error.ts";
import type { BlobSource, BlobStore } from "../stores/blob-store.ts";
import type { Call } from "../stores/call.ts";
import type { RequestDigests } from "./request-digests.ts";
import { decodeDirectory, MalformedTree, readTree } from "./tree-records.ts";

/** A blob that has to be read to know what a result refers to is absent, unreadable or too large. */
class Incomplete extends Error {}

/**
 * Every blob that a client needs to use an action result: output files, stdout, stderr, Trees and every file in them, and
 * Directories under `root_directory_digest`. `undefined` where that cannot be told, so that the result counts as incomplete.
 */
export async function findReferences(
  result: ActionResult,
  digests: RequestDigests,
  blobs: BlobStore,
  call: Call,
): Promise<readonly Digest[] | undefined> {
  const walk = new ReferenceWalk(digests, blobs, call);
  try {
    await walk.add(result);
  } catch (error) {
    const incomplete =
      error instanceof Incomplete ||
      error instanceof MalformedTree ||
      error instanceof RequestError;
    if (incomplete) return undefined;
    throw error;
  }
  return walk.references;
}

class ReferenceWalk {
  readonly #found = new Map<string, Digest>();
  /** Directories and Trees read or about to be. Being in `#found` makes none of one: a file may have the same bytes. */
  readonly #visited = new Set<string>();
  readonly #breather = new Breather();
  readonly #digests: RequestDigests;
  readonly #blobs: BlobStore;
  readonly #call: Call;

  constructor(digests: RequestDigests, blobs: BlobStore, call: Call) {
    this.#digests = digests;
    this.#blobs = blobs;
    this.#call = call;
  }

  get references(): readonly Digest[] {
    return [...this.#found.values()];
  }

  async add(result: ActionResult): Promise<void> {
    for (const file of result.outputFiles) this.#reference(file.digest);
    this.#reference(result.stdoutDigest);
    this.#reference(result.stderrDigest);
    for (const output of result.outputDirectories) {
      const tree = this.#reference(output.treeDigest);
      if (tree !== undefined) await this.#addTree(tree);
      const root = this.#reference(output.rootDirectoryDigest);
      if (root !== undefined) await this.#addDirectories(root);
    }
  }

  async #addTree(digest: Digest): Promise<void> {
    if (!this.#visit("tree", digest)) return;
    await using source = await this.#open(digest, limits.treeBytes);
    for await (const directory of readTree(source)) await this.#addFiles(directory);
  }

  async #addDirectories(root: Digest): Promise<void> {
    const queue: Digest[] = [];
    const visit = (digest: Digest | undefined): void => {
      if (digest === undefined) throw new Incomplete();
      if (this.#visit("directory", digest)) queue.push(digest);
    };
    visit(root);
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      await using source = await this.#open(next, limits.directoryBytes);
      const directory = decodeDirectory(await collect(source, next.sizeBytes));
      await this.#addFiles(directory);
      for (const child of directory.directories) visit(this.#reference(child.digest));
    }
  }

  /** Whether it is the first time. */
  #visit(as: "tree" | "directory", digest: Digest): boolean {
    const key = `${as} ${digestKey(digest)}`;
    if (this.#visited.has(key)) return false;
    this.#visited.add(key);
    return true;
  }

  async #addFiles(directory: Directory): Promise<void> {
    await this.#breather.after(1 + directory.files.length);
    for (const file of directory.files) {
      if (this.#reference(file.digest) === undefined) throw new Incomplete();
    }
  }

  #reference(message: DigestMessage | undefined): Digest | undefined {
    if (message === undefined) return undefined;
    const digest = this.#digests.parse(message, "digest");
    this.#found.set(digestKey(digest), digest);
    if (this.#found.size > limits.actionReferences) throw new Incomplete();
    return digest;
  }

  async #open(digest: Digest, maxBytes: number): Promise<BlobSource> {
    if (digest.sizeBytes > maxBytes) throw new Incomplete();
    const source = await this.#blobs.get(digest, { offset: 0 }, this.#call);
    if (source === undefined) throw new Incomplete();
    return source;
  }
}
