import type { BlobStore } from "../../../shared/stores/blob-store.ts";
import type { Digest } from "../../../shared/digest/digest.ts";
import type { Call } from "../../../shared/stores/call.ts";
import { StoreError } from "../../../shared/stores/store-error.ts";
import { bodyOf } from "../../support/bodies.ts";
import { readAll, sameBytes } from "../../support/bytes.ts";
import { blobOf, type TestBlob } from "../../support/blobs.ts";
import { callFor } from "../../support/calls.ts";

/** A store for one test, empty, and the clock that it reads. */
export interface BlobStoreUnderTest extends AsyncDisposable {
  readonly store: BlobStore;
  readonly clock: { advance(ms: number): void };
}

/** What the suite must know of an adapter. */
export interface BlobStoreTraits {
  readonly create: () => Promise<BlobStoreUnderTest>;
  readonly leaseMs: number;
  /** Where the adapter cuts blobs in pieces: sizes and ranges around these are tried. At most some MiB. */
  readonly boundaries: readonly number[];
  /** About the bytes of blobs that fit, at most 16 MiB; left out where nothing bounds them. */
  readonly capacityBytes?: number;
  /** Whether what was used longest ago is the first to be evicted. */
  readonly evictsInOrderOfUse?: boolean;
}

export async function put(store: BlobStore, blob: TestBlob, call: Call = callFor()): Promise<void> {
  await store.put(blob.digest, bodyOf(blob.bytes), call);
}

/** Whether the store gives exactly this blob's bytes. */
export async function holds(
  store: BlobStore,
  { digest, bytes }: TestBlob,
  call: Call = callFor(),
): Promise<boolean> {
  const source = await store.get(digest, { offset: 0 }, call);
  if (source === undefined) return false;
  return source.sizeBytes === bytes.byteLength && sameBytes(await readAll(source), bytes);
}

export async function isMissing(
  store: BlobStore,
  digest: Digest,
  call: Call = callFor(),
): Promise<boolean> {
  return (await store.findMissing([digest], call)).length === 1;
}

/** Uploads other blobs, several times what fits, until the store refuses. What it took, and whether it refused. */
export async function press(
  { store }: BlobStoreUnderTest,
  capacityBytes: number,
  seed: number,
): Promise<{ taken: readonly TestBlob[]; refused: boolean }> {
  const size = Math.ceil(capacityBytes / 16);
  const taken: TestBlob[] = [];
  for (let i = 0; i < 3 * 16; i++) {
    const blob = await blobOf(size, seed * 1000 + i);
    try {
      await put(store, blob);
    } catch (error) {
      if (error instanceof StoreError && error.code === "exhausted")
        return { taken, refused: true };
      throw error;
    }
    taken.push(blob);
  }
  return { taken, refused: false };
}
