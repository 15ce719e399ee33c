import { parseInstanceName } from "../../../shared/digest/instance-name.ts";
import { skim } from "../../../shared/bytes/collect.ts";
import type { BlobStore } from "../../../shared/stores/blob-store.ts";
import type { Call } from "../../../shared/stores/call.ts";
import { overriding } from "../../support/overriding.ts";
import { carelessStore, keyOf } from "./careless-store.node.ts";

/** Mistakes that a store could make, each of which a few runs must find. */
export const plantedInStores: Readonly<Record<string, (base: BlobStore) => BlobStore>> = {
  "hashes are not compared": (base) => carelessStore(base, ({ isPart }) => !isPart),

  "what broke off is kept": (base) =>
    carelessStore(base, ({ isPart, bytes }) => isPart && bytes.byteLength > 0),

  "what is under way is said to be there": (base) => {
    const underWay = new Set<string>();
    return overriding(base, {
      findMissing: async (digests, call) => {
        const missing = await base.findMissing(digests, call);
        return missing.filter((digest) => !underWay.has(keyOf(digest, call)));
      },
      put: async (digest, body, call) => {
        underWay.add(keyOf(digest, call));
        try {
          await base.put(digest, body, call);
        } finally {
          underWay.delete(keyOf(digest, call));
        }
      },
    });
  },

  "an upload is acknowledged and forgotten": (base) =>
    overriding(base, { put: async (_, body) => await skim(body) }),

  "sizes are not compared": (base) =>
    overriding(base, {
      findMissing: async (digests, call) => {
        const missing = await base.findMissing(digests, call);
        const sources = missing.map(async ({ function: name, hash }) => {
          const source = await base.get({ function: name, hash }, { offset: 0 }, call);
          await source?.[Symbol.asyncDispose]();
          return source;
        });
        const found = await Promise.all(sources);
        return missing.filter((_, index) => found[index] === undefined);
      },
    }),

  "instances share what they hold": (base) =>
    overriding(base, {
      findMissing: async (digests, call) => await base.findMissing(digests, inOneInstance(call)),
      get: async (name, range, call) => await base.get(name, range, inOneInstance(call)),
      put: async (digest, body, call) => await base.put(digest, body, inOneInstance(call)),
    }),

  "of several blobs, only the first is looked up": (base) =>
    overriding(base, {
      findMissing: async (digests, call) => await base.findMissing(digests.slice(0, 1), call),
    }),

  "ranges are cut one byte short": (base) =>
    overriding(base, {
      get: async (name, range, call) => {
        const { offset, length } = range;
        const isCut = length !== undefined && length > 1 && offset > 0;
        return await base.get(name, isCut ? { offset, length: length - 1 } : range, call);
      },
    }),

  "uploads that broke off never end": (base) =>
    overriding(base, {
      put: async (digest, body, call) => {
        try {
          await base.put(digest, body, call);
        } catch (error) {
          if (call.signal.aborted) await new Promise(() => undefined);
          throw error;
        }
      },
    }),
};

function inOneInstance(call: Call): Call {
  return { ...call, instanceName: parseInstanceName("one") };
}
