import { MemoryObjectStore } from "../../support/memory-object-store.ts";
import type { Hashers } from "../../../shared/digest/hasher.ts";
import type { ObjectStore } from "../../../shared/stores/indexed/object-store.ts";
import { listOf } from "../../support/list-of.ts";

export interface BucketOptions {
  readonly hashers: Hashers;
  /** Whether it checks what it is given. */
  readonly verifies: boolean;
  /** What is larger comes in parts. */
  readonly maxPutBytes: number;
}

const { signal } = new AbortController();

/** The bucket behind an object store, and the names of what is in it. */
export class Bucket {
  readonly objects: MemoryObjectStore;
  #names: ReadonlySet<string> = new Set();

  constructor({ hashers, verifies, maxPutBytes }: BucketOptions) {
    this.objects = new MemoryObjectStore({
      hashers,
      verifies: verifies ? ["sha256"] : [],
      maxPutBytes,
    });
  }

  get names(): ReadonlySet<string> {
    return this.#names;
  }

  /** Does something that may make or delete objects. */
  async change<T>(work: (objects: ObjectStore) => Promise<T>): Promise<T> {
    const result = await work(this.objects);
    this.#names = new Set((await listOf(this.objects.list("", signal))).flat());
    return result;
  }
}
