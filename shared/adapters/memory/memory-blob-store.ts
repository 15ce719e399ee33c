import { Breather } from "../../breather.ts";
import { skim } from "../../bytes/collect.ts";
import { giveBack } from "../../bytes/memory-pool.ts";
import { verified } from "../../bytes/verified.ts";
import type { Clock } from "../../clock.ts";
import { type BlobName, type Digest, digestKey, formatDigest } from "../../digest/digest.ts";
import type { Hashers } from "../../digest/hasher.ts";
import type { Compressor } from "../../digest/resource-name.ts";
import type {
  BatchEntry,
  BlobSource,
  BlobStore,
  BlobTrouble,
  ByteRange,
  WholeBlob,
} from "../../stores/blob-store.ts";
import { blobScopeOf, type Call } from "../../stores/call.ts";
import { getEach } from "../../stores/get-each.ts";
import { putEach } from "../../stores/put-each.ts";
import { sourceOf } from "../../stores/source-of.ts";
import { StoreError } from "../../stores/store-error.ts";
import { readSegments, SegmentWriter } from "./segments.ts";

export interface MemoryBlobStoreOptions {
  /** Memory for blobs and their keys, uploads under way included. */
  readonly capacityBytes: number;
  /** Blobs, however small: their keys lie on the heap, which has a limit of its own. Without one, `capacityBytes` alone counts. */
  readonly maxEntries?: number;
  readonly leaseMs: number;
  readonly clock: Clock;
  readonly hashers: Hashers;
}

interface Entry {
  readonly sizeBytes: number;
  readonly segments: readonly Uint8Array[];
  leaseEndsMs: number;
}

/** What an entry takes beyond its bytes, on the heap: key, map slot and objects, measured in Node 26 and rounded up. */
export const ENTRY_OVERHEAD_BYTES: number = 640;

/** What a `Map` can hold in V8. */
const MAX_MAP_ENTRIES = 2 ** 24 - 1;

/**
 * Blobs in this process's memory, complete and bounded: the reference implementation of the port. The map is kept in order of
 * use, and every use grants the same lease, so that its first entry is always the one whose lease ends first: if that one may
 * not be evicted, nothing may, and an upload is refused as exhausted.
 */
export class MemoryBlobStore implements BlobStore {
  readonly maxBlobBytes: number;
  readonly #options: MemoryBlobStoreOptions;
  readonly #entries = new Map<string, Entry>();
  #usedBytes = 0;

  constructor(options: MemoryBlobStoreOptions) {
    this.#options = options;
    this.maxBlobBytes = Math.max(0, options.capacityBytes - ENTRY_OVERHEAD_BYTES);
  }

  /** Memory in use, for metrics and for tests of the bound. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  async findMissing(digests: readonly Digest[], call: Call): Promise<readonly Digest[]> {
    call.signal.throwIfAborted();
    const missing = new Map<string, Digest>();
    const breather = new Breather();
    for (const digest of digests) {
      const pause = breather.after(1);
      if (pause !== undefined) await pause;
      if (this.#use(digest, call) === undefined) {
        missing.set(digestKey(digest), digest);
      }
    }
    return [...missing.values()];
  }

  async get(name: BlobName, range: ByteRange, call: Call): Promise<BlobSource | undefined> {
    call.signal.throwIfAborted();
    const entry = this.#use(name, call);
    if (entry === undefined) return undefined;
    const { sizeBytes, segments } = entry;
    if (range.offset > sizeBytes) {
      throw new RangeError(`offset ${range.offset} in a blob of ${sizeBytes} bytes`);
    }
    const length = Math.min(range.length ?? sizeBytes, sizeBytes - range.offset);
    return sourceOf(sizeBytes, async function* () {
      for (const part of readSegments(segments, range.offset, length)) {
        call.signal.throwIfAborted();
        yield part;
      }
    });
  }

  async getBatch(
    digests: readonly Digest[],
    call: Call,
    accepted?: Compressor,
  ): Promise<readonly BatchEntry[]> {
    return await getEach(this, digests, call, accepted);
  }

  async put(digest: Digest, body: AsyncIterable<Uint8Array>, call: Call): Promise<void> {
    if (digest.sizeBytes > this.maxBlobBytes) {
      throw new StoreError(
        "too-large",
        `${formatDigest(digest)} does not fit the cache's ${this.#options.capacityBytes} bytes of memory; raise --size`,
      );
    }
    const bytes = verified(digest, body, this.#options.hashers, call.signal);
    if (this.#use(digest, call) !== undefined) return await skim(bytes);
    const writer = new SegmentWriter(digest.sizeBytes, (room) => this.#reserve(room));
    let kept = false;
    try {
      for await (const chunk of bytes) {
        writer.write(chunk);
        giveBack(chunk);
      }
      kept = this.#insert(digest, writer.finish(), call);
    } finally {
      if (!kept) this.#usedBytes -= writer.allocatedBytes;
    }
  }

  async putBatch(
    blobs: readonly WholeBlob[],
    call: Call,
  ): Promise<readonly (BlobTrouble | undefined)[]> {
    return await putEach(this, blobs, call);
  }

  /** Whether the segments were kept: another upload of the same blob may have ended first. */
  #insert(digest: Digest, segments: readonly Uint8Array[], call: Call): boolean {
    if (this.#use(digest, call) !== undefined) return false;
    this.#reserve(ENTRY_OVERHEAD_BYTES, 1);
    const leaseEndsMs = this.#options.clock.now() + this.#options.leaseMs;
    this.#entries.set(keyOf(digest, call), { sizeBytes: digest.sizeBytes, segments, leaseEndsMs });
    return true;
  }

  /** The entry, with its lease extended and its place in the order of use renewed. */
  #use(name: BlobName, call: Call): Entry | undefined {
    const key = keyOf(name, call);
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (name.sizeBytes !== undefined && name.sizeBytes !== entry.sizeBytes) return undefined;
    entry.leaseEndsMs = this.#options.clock.now() + this.#options.leaseMs;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry;
  }

  /** Takes memory, evicting what is longest out of use and under no lease. */
  #reserve(bytes: number, entries = 0): void {
    const now = this.#options.clock.now();
    const target = this.#options.capacityBytes - bytes;
    const maxEntries = (this.#options.maxEntries ?? MAX_MAP_ENTRIES) - entries;
    const fits = (): boolean => this.#usedBytes <= target && this.#entries.size <= maxEntries;
    for (const [key, entry] of this.#entries) {
      if (fits() || entry.leaseEndsMs > now) break;
      this.#entries.delete(key);
      this.#usedBytes -= entry.sizeBytes + ENTRY_OVERHEAD_BYTES;
    }
    if (!fits()) {
      throw new StoreError(
        "exhausted",
        `the cache's ${this.#options.capacityBytes} bytes of memory are full of blobs that builds may still rely on; raise --size`,
      );
    }
    this.#usedBytes += bytes;
  }
}

/** A hash has one size, so the size is checked and not part of the key. */
function keyOf(name: BlobName, call: Call): string {
  return `${blobScopeOf(call)}\n${name.function}\n${name.hash}`;
}
