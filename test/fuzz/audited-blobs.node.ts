import type { Digest } from "../../shared/digest/digest.ts";
import { digestKey, formatDigest } from "../../shared/digest/digest.ts";
import { nodeHashers } from "../../shared/digest/hashers.node.ts";
import type { InstanceName } from "../../shared/digest/instance-name.ts";
import type { BlobSource, BlobStore } from "../../shared/stores/blob-store.ts";
import { readAll } from "../support/bytes.ts";
import { callFor } from "../support/calls.ts";
import { overriding } from "../support/overriding.ts";

/** Watches a store from outside: what it has taken, and what is still under way in it. */
export class AuditedBlobs {
  readonly store: BlobStore;
  readonly #base: BlobStore;
  readonly #taken = new Map<string, { digest: Digest; instanceName: InstanceName }>();
  #puts = 0;
  #sources = 0;

  constructor(base: BlobStore) {
    this.#base = base;
    this.store = overriding(base, {
      put: async (digest, body, call) => {
        this.#puts++;
        try {
          await base.put(digest, body, call);
          const { instanceName } = call;
          this.#taken.set(`${instanceName}\n${digestKey(digest)}`, { digest, instanceName });
        } finally {
          this.#puts--;
        }
      },
      get: async (...args) => {
        const source = await base.get(...args);
        return source === undefined ? undefined : this.#watched(source);
      },
    });
  }

  /** Throws where an upload or a read has not ended though its call has. */
  expectIdle(): void {
    if (this.#puts !== 0) throw new Error(`${this.#puts} uploads are still under way in the store`);
    if (this.#sources !== 0) throw new Error(`${this.#sources} blobs are still being read`);
  }

  /** Reads all that was taken, and throws where the bytes are not their digest's. */
  async expectVerified(): Promise<void> {
    for (const { digest, instanceName } of this.#taken.values()) {
      const source = await this.#base.get(digest, { offset: 0 }, callFor(instanceName));
      if (source === undefined) throw new Error(`${formatDigest(digest)} was taken, and is gone`);
      const hasher = nodeHashers.create(digest.function, digest.sizeBytes);
      hasher.update(await readAll(source));
      const hash = await hasher.finish();
      if (hash === digest.hash) continue;
      throw new Error(`${formatDigest(digest)} is kept with bytes that hash to ${hash}`);
    }
  }

  #watched(source: BlobSource): BlobSource {
    let isOpen = true;
    this.#sources++;
    const closed = (): void => {
      if (isOpen) this.#sources--;
      isOpen = false;
    };
    return {
      sizeBytes: source.sizeBytes,
      async *[Symbol.asyncIterator]() {
        try {
          yield* source;
        } finally {
          closed();
        }
      },
      [Symbol.asyncDispose]: async () => {
        await source[Symbol.asyncDispose]();
        closed();
      },
    };
  }
}
