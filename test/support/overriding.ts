import type { BlobStore } from "../../shared/stores/blob-store.ts";
import { getEach } from "../../shared/stores/get-each.ts";
import { putEach } from "../../shared/stores/put-each.ts";

/** `base` with some methods of a test's own: a backend that is broken, slow or watched. */
export function overriding(base: BlobStore, methods: Partial<BlobStore>): BlobStore {
  const get = methods.get ?? base.get.bind(base);
  const put = methods.put ?? base.put.bind(base);
  return {
    maxBlobBytes: base.maxBlobBytes,
    findMissing: (...args) => base.findMissing(...args),
    get,
    // What a test does to reads and writes, it does to those of batches.
    getBatch: (digests, call, accepted) => getEach({ get }, digests, call, accepted),
    put,
    putBatch: (blobs, call) => putEach({ put }, blobs, call),
    ...methods,
  };
}

/** Counts the reads and writes that reach the store it decorates. */
export class CallCounter {
  gets = 0;
  puts = 0;

  readonly decorate = (base: BlobStore): BlobStore =>
    overriding(base, {
      get: (...args) => {
        this.gets += 1;
        return base.get(...args);
      },
      put: (...args) => {
        this.puts += 1;
        return base.put(...args);
      },
    });
}
