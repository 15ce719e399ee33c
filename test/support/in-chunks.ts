import { collect } from "../../shared/bytes/collect.ts";
import { verified } from "../../shared/bytes/verified.ts";
import type { Digest } from "../../shared/digest/digest.ts";
import type { BlobStore } from "../../shared/stores/blob-store.ts";
import type { Call } from "../../shared/stores/call.ts";
import type { ChunkListStore } from "../../shared/stores/chunk-list-store.ts";
import { splicedBlobs } from "../../shared/stores/decorators/spliced-blobs.ts";
import { LeasedChunkLists } from "../../shared/stores/leased-chunk-lists.ts";
import { StoreError } from "../../shared/stores/store-error.ts";
import { bodyOf } from "./bodies.ts";
import { blobFrom, type TestBlob } from "./blobs.ts";
import { webHashers } from "./web-hashers.ts";

/** The bytes of a blob in chunks, the last of which may be smaller. */
export async function chunksOf(
  { bytes, digest }: TestBlob,
  chunkBytes: number,
): Promise<readonly TestBlob[]> {
  const chunks: TestBlob[] = [];
  for (let at = 0; at < bytes.byteLength; at += chunkBytes) {
    chunks.push(await blobFrom(bytes.slice(at, at + chunkBytes), digest.function));
  }
  return chunks;
}

/** Stores a blob as chunks and their list, past the services. */
export async function putInChunks(
  { blobs, chunkLists }: { readonly blobs: BlobStore; readonly chunkLists: ChunkListStore },
  blob: TestBlob,
  chunkBytes: number,
  call: Call,
): Promise<readonly Digest[]> {
  const parts = await chunksOf(blob, chunkBytes);
  for (const { digest, bytes } of parts) await blobs.put(digest, bodyOf(bytes), call);
  const chunks = parts.map(({ digest }) => digest);
  await chunkLists.put(blob.digest, { chunks, cutBy: "unknown" }, call);
  return chunks;
}

export interface InChunksOptions {
  /** Blobs from this size on are kept in chunks alone. */
  readonly minBytes: number;
  readonly chunkBytes: number;
  readonly maxBlobBytes?: number;
}

/** A store that keeps its larger blobs as nothing but chunks, so that whatever is asked of blob stores is asked of spliced blobs. */
export function inChunks(
  blobs: BlobStore,
  chunkLists: ChunkListStore,
  { minBytes, chunkBytes, maxBlobBytes = blobs.maxBlobBytes }: InChunksOptions,
): BlobStore {
  const store = splicedBlobs(blobs, new LeasedChunkLists(blobs, chunkLists, minBytes));
  return {
    ...store,
    maxBlobBytes,
    put: async (digest, body, call) => {
      if (digest.sizeBytes > maxBlobBytes) throw new StoreError("too-large", "for this test");
      if (digest.sizeBytes < minBytes) return await blobs.put(digest, body, call);
      const checked = verified(digest, body, webHashers, call.signal);
      const bytes = await collect(checked, digest.sizeBytes);
      if ((await store.findMissing([digest], call)).length === 0) return;
      await putInChunks({ blobs, chunkLists }, { digest, bytes }, chunkBytes, call);
    },
  };
}
