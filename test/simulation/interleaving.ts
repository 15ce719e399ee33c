import { blobVerifier } from "../../shared/adapters/disk/blob-verifier.ts";
import type { Verifier } from "../../shared/adapters/disk/refresher.ts";
import { type Key, Keys } from "../../shared/adapters/disk/key.ts";
import type { Clock } from "../../shared/clock.ts";
import type { Digest } from "../../shared/digest/digest.ts";
import type { Hashers } from "../../shared/digest/hasher.ts";
import { StoreError } from "../../shared/stores/store-error.ts";
import { callFor } from "../support/calls.ts";
import type { Random } from "../support/random.ts";
import type { DiskModel } from "./disk-model.ts";
import type { Stores } from "./disk-world.ts";
import { randomKey } from "./map-world.ts";
import { WouldSleep } from "./stepped-words.ts";

/** How often another thread has its turn before a step of each kind: a look-up reads some twenty words of the table, and ten others. */
const turns = { replace: 0.25, word: 0.02, table: 0.02 };

/** Blobs that turns use again and again, and for how many turns: if all were in use, no block would ever go. */
const IN_USE = 5;
const TURNS_IN_USE = 200;

/** Blobs among which the oldest is used. */
const SAMPLE = 8;

/** What a thread is about to do: to replace or use a word that is shared alone, or one of a table under a lock. */
export type Step = keyof typeof turns;

export interface InterleavingOptions {
  readonly random: Random;
  readonly clock: Clock;
  readonly model: DiskModel;
  readonly hashers: Hashers;
  readonly digests: readonly Digest[];
  /** Whether silent damage may have taken what is owed. */
  readonly isDamaged: boolean;
  /** Hears of a broken promise, which may not be thrown into the midst of another thread. */
  readonly onBroken: (what: string) => void;
}

/** What threads do between two steps of another one: they use blobs, and the owner makes blocks come and go. */
export class Interleaving {
  turns = 0;
  readonly #options: InterleavingOptions;
  #stores: Stores | undefined;
  #keys: readonly Key[] = [];
  #isTurn = false;

  constructor(options: InterleavingOptions) {
    this.#options = options;
  }

  async attach(stores: Stores): Promise<void> {
    const { hashers, digests } = this.#options;
    const [store] = stores.threads;
    const keys = new Keys({ kind: "blob", seed: store?.blobEntries.seed ?? [], hashers });
    const { instanceName } = callFor();
    this.#keys = await Promise.all(digests.map(async (name) => await keys.of(name, instanceName)));
    this.#stores = stores;
  }

  /** The machine was switched off. */
  detach(): void {
    this.#stores = undefined;
  }

  /** Maybe gives other threads than this one their turn, before it takes a step. */
  at(thread: number, step: Step): void {
    if (this.#isTurn || this.#stores === undefined) return;
    if (!this.#options.random.chance(turns[step])) return;
    this.#isTurn = true;
    try {
      this.#turn(thread, this.#stores);
    } catch (error) {
      if (!(error instanceof StoreError) && !(error instanceof WouldSleep)) throw error;
    } finally {
      this.#isTurn = false;
    }
  }

  #turn(thread: number, stores: Stores): void {
    const { random } = this.#options;
    this.turns += 1;
    const other = random.below(stores.threads.length);
    if (other === thread) return;
    if (other === 0 && random.chance(0.5)) this.#rotate(stores);
    else this.#use(stores, other);
  }

  #use(stores: Stores, thread: number): void {
    const { clock, model, hashers, digests, isDamaged, onBroken } = this.#options;
    const index = this.#pick(stores);
    const [name, key] = [digests[index], this.#keys[index]];
    const entries = stores.threads[thread]?.blobEntries;
    if (name === undefined || key === undefined || entries === undefined) return;
    const nowMs = clock.now();
    const isOwed = model.isOwed(index, nowMs);
    const verifier = (length: number): Verifier => blobVerifier(hashers, name, length);
    const found = entries.use(key, { name, verifier });
    if (found !== undefined) model.promised(index, nowMs);
    else if (isOwed && !isDamaged) onBroken(`blob ${index} is missing to thread ${thread}`);
  }

  /** One of the few that are in use just now, or one that may be about to go. */
  #pick({ parts }: Stores): number {
    const { random, digests } = this.#options;
    if (random.chance(0.5)) {
      return (
        (Math.floor(this.turns / TURNS_IN_USE) * IN_USE + random.below(IN_USE)) % digests.length
      );
    }
    const ages = Array.from({ length: SAMPLE }, () => {
      const index = random.below(digests.length);
      const key = this.#keys[index];
      const block = key === undefined ? undefined : parts[0]?.map.get(key)?.block;
      return { index, block: block ?? Infinity };
    });
    return ages.reduce((one, other) => (other.block < one.block ? other : one)).index;
  }

  /** Takes room as an upload does that brings nothing, or what nobody will ask for. */
  #rotate(stores: Stores): void {
    const { random } = this.#options;
    const [blobs] = stores.parts;
    const room = blobs?.ring.reserve(1 + random.below(20_000), false, "upload");
    if (blobs === undefined || room === undefined) return;
    if (random.chance(0.5)) blobs.store.commit(randomKey(random), room);
    else blobs.store.giveBack(room);
  }
}
