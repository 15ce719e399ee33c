import { iterate } from "../../../shared/bytes/collect.ts";
import type { BlobName, Digest } from "../../../shared/digest/digest.ts";
import type { BlobStore } from "../../../shared/stores/blob-store.ts";
import type { Call } from "../../../shared/stores/call.ts";
import { sourceOf } from "../../../shared/stores/source-of.ts";
import { concat } from "../../support/bytes.ts";
import { overriding } from "../../support/overriding.ts";

/** What came of the body of an upload. */
export interface Came {
  readonly bytes: Uint8Array;
  /** Whether it broke off. */
  readonly isPart: boolean;
}

/** A store that keeps, and gives, whatever came of an upload that `base` refuses, if `keeps` says so. */
export function carelessStore(base: BlobStore, keeps: (came: Came) => boolean): BlobStore {
  const kept = new Map<string, Uint8Array>();
  return overriding(base, {
    findMissing: async (digests, call) => {
      const missing = await base.findMissing(digests, call);
      return missing.filter((digest) => !kept.has(keyOf(digest, call)));
    },
    get: async (name, range, call) => {
      const bytes = kept.get(keyOf(name, call));
      if (bytes === undefined) return await base.get(name, range, call);
      const end = range.offset + (range.length ?? bytes.byteLength);
      return sourceOf(bytes.byteLength, () => iterate([bytes.subarray(range.offset, end)]));
    },
    put: async (digest, body, call) => {
      const chunks: Uint8Array[] = [];
      const ending = { isPart: true };
      try {
        await base.put(digest, watched(body, chunks, ending), call);
      } catch (error) {
        const bytes = concat(chunks);
        if (!keeps({ bytes, ...ending })) throw error;
        kept.set(keyOf(digest, call), bytes);
      }
    },
  });
}

async function* watched(
  body: AsyncIterable<Uint8Array>,
  chunks: Uint8Array[],
  ending: { isPart: boolean },
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of body) {
    chunks.push(chunk.slice());
    yield chunk;
  }
  ending.isPart = false;
}

/** As blobs are found by HTTP, too: without the size. */
export function keyOf(name: BlobName | Digest, { instanceName }: Call): string {
  return `${instanceName}\n${name.function}\n${name.hash}`;
}
