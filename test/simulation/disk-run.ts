import type { Digest } from "../../shared/digest/digest.ts";
import type { Hashers } from "../../shared/digest/hasher.ts";
import type { Soon } from "../../shared/soon.ts";
import { StoreError } from "../../shared/stores/store-error.ts";
import { bytesOf, readAll, sameBytes } from "../support/bytes.ts";
import { callFor } from "../support/calls.ts";
import { ManualClock } from "../support/clock.ts";
import { DiskModel } from "./disk-model.ts";
import { DiskWorld, type Stores, type ThreadStores } from "./disk-world.ts";
import { type Faults, Machine } from "./faults.ts";
import { Interleaving } from "./interleaving.ts";
import { Random } from "../support/random.ts";

const LEASE_MS = 1000;
const BLOBS = 300;
const ACTIONS = 20;

interface SimulatedBlob {
  readonly index: number;
  readonly digest: Digest;
  readonly bytes: Uint8Array;
}

/** The store broke a promise. The seed and the step replay it. */
export class BrokenPromise extends Error {
  override readonly name = "BrokenPromise";
}

export interface RunOptions {
  readonly seed: number;
  readonly steps: number;
  readonly faults: Faults;
  readonly hashers: Hashers;
}

/** One life of a cache: random work, crashes and restarts, checked against the model. Resolves how many operations it ran. */
export async function runDisk(options: RunOptions): Promise<number> {
  const run = new DiskRun(options);
  await run.live(options.steps);
  return run.operations;
}

class DiskRun {
  operations = 0;
  readonly #random: Random;
  readonly #machine: Machine;
  readonly #clock = new ManualClock();
  readonly #model = new DiskModel(LEASE_MS);
  readonly #interleaving: Interleaving;
  readonly #world: DiskWorld;
  readonly #hashers: Hashers;
  readonly #seed: number;
  #stores: Stores | undefined;
  readonly #busyActions = new Set<number>();
  #step = 0;
  /** What went wrong where nothing could be thrown. */
  #failure: string | undefined;

  constructor({ seed, faults, hashers }: RunOptions) {
    this.#seed = seed;
    this.#random = new Random(seed);
    this.#machine = new Machine(this.#random, faults);
    this.#hashers = hashers;
    this.#interleaving = new Interleaving({
      random: this.#random,
      clock: this.#clock,
      model: this.#model,
      hashers,
      digests: Array.from({ length: BLOBS }, (_, index) => this.#blob(index).digest),
      isDamaged: this.#isDamaged,
      onBroken: (what) => void (this.#failure ??= what),
    });
    this.#world = new DiskWorld(this.#machine, {
      clock: this.#clock,
      leaseMs: LEASE_MS,
      hashers,
      interleave: (thread, step) => this.#interleaving.at(thread, step),
      onCorrupt: (what) => {
        if (!this.#isDamaged) this.#failure ??= `nothing is damaged, but ${what}`;
      },
    });
  }

  async live(steps: number): Promise<void> {
    for (this.#step = 0; this.#step < steps; this.#step++) {
      this.#stores ??= await this.#openStores();
      const batch = Array.from(
        { length: 1 + this.#random.below(6) },
        async () => await this.#act(),
      );
      if (this.#random.chance(0.03)) await this.#crash(batch);
      else await Promise.all(batch);
      if (this.#failure !== undefined) this.#broken(this.#failure);
      if (this.#random.chance(0.01)) await this.#restart();
      if (this.#random.chance(0.2)) this.#clock.advance(this.#random.below(LEASE_MS / 2));
      if (this.#random.chance(this.#machine.faults.damage * 5)) this.#world.flipBit();
    }
  }

  async #openStores(): Promise<Stores> {
    const stores = await this.#world.open();
    await this.#interleaving.attach(stores);
    return stores;
  }

  /** In the middle of whatever is under way; nothing of it ever returns. */
  async #crash(batch: readonly Promise<void>[]): Promise<void> {
    let failure: unknown;
    Promise.all(batch).catch((error: unknown) => {
      failure = error;
    });
    const steps = this.#random.below(60);
    for (let i = 0; i < steps; i++) await Promise.resolve();
    if (failure instanceof BrokenPromise) throw failure;
    this.#world.crash(this.#random.chance(0.6));
    this.#model.crashed();
    this.#stores = undefined;
    this.#interleaving.detach();
    this.#busyActions.clear();
  }

  /** In order, so that nothing may be lost; unless that fails, which is as good as a crash. */
  async #restart(): Promise<void> {
    if (this.#stores === undefined) return;
    const done = this.#model.beginCheckpoint();
    const { parts } = this.#stores;
    const results = await Promise.allSettled(parts.map(async (part) => await part.close()));
    if (results.every(({ status }) => status === "fulfilled")) done();
    this.#world.crash(this.#random.chance(0.5));
    this.#model.crashed();
    this.#stores = undefined;
    this.#interleaving.detach();
    this.#busyActions.clear();
  }

  async #act(): Promise<void> {
    this.operations += 1;
    const { boot } = this.#machine;
    const actions = [
      () => this.#put(),
      () => this.#put(),
      () => this.#get(),
      () => this.#get(),
      () => this.#findMissing(),
      () => this.#putBatch(),
      () => this.#getBatch(),
      () => this.#putAction(),
      () => this.#getAction(),
      () => this.#checkpoint(),
    ];
    try {
      await this.#random.pick(actions)();
    } catch (error) {
      // What failed says nothing, and so breaks no promise.
      if (!(error instanceof StoreError) || boot !== this.#machine.boot) throw error;
    }
  }

  /** Hears of a result at once, unless the machine was switched off before: nothing then hears of it. */
  async #hear<T>(work: Soon<T>, hear: (result: T) => void): Promise<void> {
    const { boot } = this.#machine;
    const result = await work;
    if (boot === this.#machine.boot) hear(result);
    else await new Promise<never>(() => undefined);
  }

  get #open(): Stores {
    if (this.#stores === undefined) throw new Error("nothing is open");
    return this.#stores;
  }

  /** The stores as any of the threads has them. */
  get #thread(): ThreadStores {
    const { threads } = this.#open;
    return this.#random.pick(threads);
  }

  async #put(): Promise<void> {
    const blob = this.#blob(this.#random.below(BLOBS));
    const broken = this.#random.chance(0.1);
    const random = this.#random;
    const body = async function* (): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < blob.bytes.byteLength;) {
        const chunk = blob.bytes.subarray(at, at + 1 + random.below(100_000));
        at += chunk.byteLength;
        if (broken && random.chance(0.5)) throw new StoreError("unavailable", "the client is gone");
        yield chunk;
      }
    };
    await this.#hear(this.#thread.blobs.put(blob.digest, body(), callFor()), () =>
      this.#model.promised(blob.index, this.#clock.now()),
    );
  }

  async #get(): Promise<void> {
    const blob = this.#blob(this.#random.below(BLOBS));
    const isOwed = this.#model.isOwed(blob.index, this.#clock.now());
    const offset = this.#random.chance(0.3) ? this.#random.below(blob.bytes.byteLength + 1) : 0;
    const read = async (): Promise<Uint8Array | undefined> => {
      const source = await this.#thread.blobs.get(blob.digest, { offset }, callFor());
      return source === undefined ? undefined : await readAll(source);
    };
    await this.#hear(read(), (bytes) => {
      if (bytes === undefined) {
        if (isOwed && !this.#isDamaged) this.#broken(`blob ${blob.index} is gone`);
      } else if (sameBytes(bytes, blob.bytes.subarray(offset))) {
        this.#model.promised(blob.index, this.#clock.now());
      } else {
        this.#broken(`blob ${blob.index} is wrong`);
      }
    });
  }

  async #putBatch(): Promise<void> {
    const blobs = this.#someBlobs();
    const now = this.#clock.now();
    const whole = blobs.map(({ digest, bytes }) => ({ digest, data: bytes.slice() }));
    await this.#hear(this.#thread.blobs.putBatch(whole, callFor()), (outcomes) => {
      for (const [place, { index }] of blobs.entries()) {
        if (outcomes[place] === undefined) this.#model.promised(index, now);
      }
    });
  }

  async #getBatch(): Promise<void> {
    const blobs = this.#someBlobs();
    const now = this.#clock.now();
    const owed = blobs.map(({ index }) => this.#model.isOwed(index, now));
    const digests = blobs.map(({ digest }) => digest);
    await this.#hear(this.#thread.blobs.getBatch(digests, callFor()), (entries) => {
      for (const [place, { index, bytes }] of blobs.entries()) {
        const entry = entries[place];
        if (entry === undefined) {
          if (owed[place] === true && !this.#isDamaged) this.#broken(`blob ${index} is gone`);
        } else if ("data" in entry) {
          if (sameBytes(entry.data, bytes)) this.#model.promised(index, now);
          else this.#broken(`blob ${index} is wrong in a batch`);
        }
      }
    });
  }

  /** Some may be the same. */
  #someBlobs(): readonly SimulatedBlob[] {
    return Array.from({ length: 12 }, () => this.#blob(this.#random.below(BLOBS)));
  }

  async #findMissing(): Promise<void> {
    const blobs = Array.from({ length: 20 }, () => this.#blob(this.#random.below(BLOBS)));
    const now = this.#clock.now();
    const indexes = blobs.map(({ index }) => index);
    const owed = new Set(indexes.filter((index) => this.#model.isOwed(index, now)));
    const digests = blobs.map(({ digest }) => digest);
    await this.#hear(this.#thread.blobs.findMissing(digests, callFor()), (missing) => {
      const hashes = new Set(missing.map(({ hash }) => hash));
      for (const { digest, index } of blobs) {
        if (!hashes.has(digest.hash)) this.#model.promised(index, now);
        else if (owed.has(index) && !this.#isDamaged) {
          this.#broken(`blob ${index} is said to be missing`);
        }
      }
    });
  }

  async #putAction(): Promise<void> {
    const index = this.#random.below(ACTIONS);
    if (this.#busyActions.has(index)) return;
    this.#busyActions.add(index);
    const { boot } = this.#machine;
    const facts = this.#model.action(index);
    const version = ++facts.started;
    try {
      const result = versionedBytes(version, this.#random.below(3000));
      const name = this.#digest(new Uint8Array([index]));
      const put = this.#thread.actions.put(name, { result, references: [name] }, callFor());
      await this.#hear(put, () => {
        facts.acknowledged = version;
      });
    } finally {
      if (boot === this.#machine.boot) this.#busyActions.delete(index);
    }
  }

  async #getAction(): Promise<void> {
    const index = this.#random.below(ACTIONS);
    const facts = this.#model.action(index);
    const { acknowledged } = facts;
    const name = this.#digest(new Uint8Array([index]));
    await this.#hear(this.#thread.actions.get(name, callFor()), (found) => {
      if (found === undefined) return;
      const version = new DataView(found.result.buffer, found.result.byteOffset).getUint32(0);
      const isWhole = sameBytes(found.result, versionedBytes(version, found.result.byteLength - 4));
      const isYoung = this.#isDamaged || version >= acknowledged;
      if (!isWhole || !isYoung || version > facts.started) {
        this.#broken(`action ${index} is version ${version} of ${acknowledged}..${facts.started}`);
      }
    });
  }

  async #checkpoint(): Promise<void> {
    const done = this.#model.beginCheckpoint();
    const { parts } = this.#open;
    await this.#hear(
      Promise.all(parts.map(async ({ checkpoints }) => await checkpoints.run())),
      done,
    );
  }

  /** After silent damage a blob may be gone; it must never be wrong. */
  get #isDamaged(): boolean {
    return this.#machine.faults.damage > 0;
  }

  #broken(what: string): never {
    throw new BrokenPromise(`${what}, at step ${this.#step} of seed ${this.#seed}`);
  }

  #blob(index: number): SimulatedBlob {
    const sizes = [10, 700, 5000, 40_000, 70_000, 150_000];
    const bytes = bytesOf((sizes[index % sizes.length] ?? 0) + index, index);
    return { index, bytes, digest: this.#digest(bytes) };
  }

  #digest(bytes: Uint8Array): Digest {
    const hasher = this.#hashers.create("sha256", bytes.byteLength);
    hasher.update(bytes);
    const hash = hasher.finish();
    if (hash instanceof Promise) throw new TypeError("a simulation needs hashers that do not wait");
    return { function: "sha256", hash, sizeBytes: bytes.byteLength };
  }
}

function versionedBytes(version: number, length: number): Uint8Array {
  const bytes = new Uint8Array(4 + length).fill(version);
  new DataView(bytes.buffer).setUint32(0, version);
  return bytes;
}
