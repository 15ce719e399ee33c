import { giveBack } from "../../bytes/memory-pool.ts";
import { verifyBytes } from "../../bytes/verified.ts";
import type { Digest } from "../../digest/digest.ts";
import type { Hashers } from "../../digest/hasher.ts";
import type { BatchEntry, BlobStore, BlobTrouble, WholeBlob } from "../../stores/blob-store.ts";
import type { Call } from "../../stores/call.ts";
import { getEach } from "../../stores/get-each.ts";
import type { BlobLookups } from "./blob-lookups.ts";
import type { BlobReader, Small } from "./blob-reader.ts";
import type { Entries } from "./entries.ts";
import { PIECE_BYTES } from "./located-store.ts";
import type { PiecePools } from "./piece-pools.ts";
import { SpanReader } from "./span-reader.ts";
import { type WholeEntry, writeTogether } from "./write-together.ts";

/** The position of something in its batch. */
interface Batched {
  readonly position: number;
}

export interface BlobBatchesOptions {
  readonly store: Entries;
  readonly hashers: Hashers;
  readonly lookups: BlobLookups;
  readonly reader: BlobReader;
  readonly now: () => number;
  readonly memory: PiecePools;
}

/** Small blobs, many at once: looked up together, and read or written together where they lie side by side. */
export class BlobBatches {
  readonly #options: BlobBatchesOptions;
  readonly #spans: SpanReader;

  constructor(options: BlobBatchesOptions) {
    this.#options = options;
    this.#spans = new SpanReader(options);
  }

  /** What is there but could not be read together is asked of `get`, one by one. */
  async get(
    digests: readonly Digest[],
    call: Call,
    get: BlobStore["get"],
  ): Promise<readonly BatchEntry[]> {
    const small: (Small & Batched)[] = [];
    const found: number[] = [];
    await this.#options.lookups.lookUp(digests, call, (name, lookups, index, position) => {
      if (lookups.lengthOf(index) !== name.sizeBytes) return;
      found.push(position);
      if (name.sizeBytes > PIECE_BYTES) return;
      small.push({ name, location: lookups.locationOf(index), position });
    });
    const entries = digests.map((): BatchEntry => undefined);
    const take = ({ position }: Batched, data: Uint8Array<ArrayBuffer>): void => {
      entries[position] = { data, compressor: "identity" };
    };
    await this.#spans.read(small, take, call.signal);
    call.signal.throwIfAborted();
    const left = found.filter((position) => entries[position] === undefined);
    if (left.length === 0) return entries;
    const alone = left.flatMap((position) => digests[position] ?? []);
    const outcomes = await getEach({ get }, alone, call, undefined);
    for (const [index, position] of left.entries()) entries[position] = outcomes[index];
    return entries;
  }

  /** Of blobs that are written whole. Gives the memory of those back that are there now. */
  async put(
    blobs: readonly WholeBlob[],
    call: Call,
  ): Promise<readonly (BlobTrouble | undefined)[]> {
    const outcomes = await this.#verify(blobs);
    const right = blobs.flatMap(({ digest, data }, position) =>
      outcomes[position] === undefined ? [{ digest, data, position }] : [],
    );
    const digests = right.map(({ digest }) => digest);
    const entries: (WholeEntry & Batched)[] = [];
    await this.#options.lookups.lookUp(digests, call, (digest, lookups, index, at) => {
      const blob = right[at];
      if (blob === undefined) return;
      const { data: bytes, position } = blob;
      if (lookups.lengthOf(index) === digest.sizeBytes) return;
      entries.push({ key: lookups.keyOf(index), bytes, position });
    });
    const { signal } = call;
    const failed = ({ position }: Batched, error: unknown): void => {
      outcomes[position] = { error };
    };
    await writeTogether(entries, { ...this.#options, signal, failed });
    for (const { data, position } of right) if (outcomes[position] === undefined) giveBack(data);
    signal.throwIfAborted();
    return outcomes;
  }

  /** What is wrong with each. */
  async #verify(blobs: readonly WholeBlob[]): Promise<(BlobTrouble | undefined)[]> {
    const outcomes: (BlobTrouble | undefined)[] = [];
    for (const { digest, data } of blobs) {
      try {
        const verifying = verifyBytes(data, digest, this.#options.hashers);
        if (verifying !== undefined) await verifying;
        outcomes.push(undefined);
      } catch (error) {
        outcomes.push({ error });
      }
    }
    return outcomes;
  }
}
