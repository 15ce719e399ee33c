import { StoreError } from "../../shared/stores/store-error.ts";
import type { AtomicFiles, BlockDevice } from "../../shared/adapters/disk/block-device.ts";
import type { Machine } from "./faults.ts";

interface Write {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

const SECTOR_BYTES = 512;

/** A disk behind a cache: what was not synced survives a power cut in part, in any order, and torn between sectors. */
export class FaultyDevice {
  readonly sizeBytes: number;
  readonly #machine: Machine;
  /** What reads see. */
  #cached: Uint8Array;
  /** What a power cut leaves for certain. */
  readonly #durable: Uint8Array;
  #unsynced: Write[] = [];

  constructor(sizeBytes: number, machine: Machine) {
    this.sizeBytes = sizeBytes;
    this.#machine = machine;
    this.#cached = new Uint8Array(sizeBytes);
    this.#durable = new Uint8Array(sizeBytes);
  }

  /** The device as one boot of the machine sees it. */
  open(): BlockDevice {
    const { boot } = this.#machine;
    return {
      sizeBytes: this.sizeBytes,
      readNow: (offset, target) => {
        // What a machine that is off was to read is never there.
        const isNow = boot === this.#machine.boot && this.#machine.random.chance(0.5);
        if (isNow) this.#copy(offset, target);
        return isNow;
      },
      read: async (offset, target) => {
        await this.#machine.step(boot);
        this.#machine.fail("a read");
        this.#copy(offset, target);
      },
      write: async (offset, bytes) => {
        await this.#machine.step(boot);
        this.#write(offset, bytes.slice());
        await this.#machine.step(boot);
      },
      sync: async () => {
        const before = this.#unsynced.length;
        await this.#machine.step(boot);
        this.#machine.fail("a sync");
        if (this.#machine.faults.planted === "sync does nothing") return;
        for (const { offset, bytes } of this.#unsynced.splice(0, before)) {
          this.#durable.set(bytes, offset);
        }
      },
    };
  }

  /** Loses what the cache had not written back, and maybe not all of it. */
  cutPower(): void {
    const { random } = this.#machine;
    for (const { offset, bytes } of this.#unsynced.toSorted(() => random.next() - 0.5)) {
      if (random.chance(0.5)) continue;
      const sectors = Math.ceil(bytes.byteLength / SECTOR_BYTES);
      const kept = random.chance(0.5) ? sectors : random.below(sectors + 1);
      this.#durable.set(bytes.subarray(0, kept * SECTOR_BYTES), offset);
    }
    this.#unsynced = [];
    this.#cached = this.#durable.slice();
  }

  /** Changes a bit, anywhere. */
  flipBit(): void {
    const at = this.#machine.random.below(this.sizeBytes);
    const bit = 1 << this.#machine.random.below(8);
    for (const image of [this.#cached, this.#durable]) image[at] = (image[at] ?? 0) ^ bit;
  }

  #copy(offset: number, target: Uint8Array): void {
    target.set(this.#cached.subarray(offset, offset + target.byteLength));
  }

  #write(offset: number, bytes: Uint8Array): void {
    const { random, faults } = this.#machine;
    let place = offset;
    if (random.chance(faults.damage)) {
      place = random.below(Math.max(1, (this.sizeBytes - bytes.byteLength) / SECTOR_BYTES));
      place = Math.floor(place) * SECTOR_BYTES;
    }
    const isShort = random.chance(faults.errors);
    const written = isShort ? bytes.subarray(0, random.below(bytes.byteLength + 1)) : bytes;
    this.#cached.set(written, place);
    this.#unsynced.push({ offset: place, bytes: written });
    if (isShort) throw new StoreError("unavailable", "a write was short, as planned");
  }
}

/** Small files that are replaced whole, or not at all. */
export class FaultyFiles {
  readonly #machine: Machine;
  readonly #contents = new Map<string, Uint8Array>();
  readonly #older = new Map<string, Uint8Array>();

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  open(): AtomicFiles {
    const { boot } = this.#machine;
    return {
      read: async (name) => {
        await this.#machine.step(boot);
        return this.#contents.get(name);
      },
      replace: async (name, content) => {
        await this.#machine.step(boot);
        this.#machine.fail("a replacement, before");
        const before = this.#contents.get(name);
        if (before !== undefined) this.#older.set(name, before);
        this.#contents.set(name, content.slice());
        await this.#machine.step(boot);
        this.#machine.fail("a replacement, after");
      },
    };
  }

  cutPower(): void {
    if (this.#machine.faults.planted !== "files do not last") return;
    for (const [name, content] of this.#older) this.#contents.set(name, content);
  }
}
