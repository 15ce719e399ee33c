import type { Hashers } from "../../../shared/digest/hasher.ts";
import {
  IndexedTransfers,
  type TransferParts,
} from "../../../shared/stores/indexed/indexed-transfers.ts";
import {
  createIndexedStores,
  type IndexedStores,
} from "../../../shared/stores/indexed/indexed-stores.ts";
import type { Row } from "../../../shared/stores/indexed/blob-index.ts";
import type { RowKey } from "../../../shared/stores/indexed/row-key.ts";
import type { Compression } from "../../../shared/stores/indexed/indexed-parts.ts";
import type { LeasePolicy } from "../../../shared/stores/indexed/lease-policy.ts";
import { LeasedChunkLists } from "../../../shared/stores/leased-chunk-lists.ts";
import { splicedBlobs } from "../../../shared/stores/decorators/spliced-blobs.ts";
import { splicedTransfers } from "../../../shared/stores/decorators/spliced-transfers.ts";
import type { BlobStore } from "../../../shared/stores/blob-store.ts";
import type { TransferStore } from "../../../shared/stores/transfer-store.ts";
import { Random } from "../../support/random.ts";
import { runLengthCodec } from "../../support/run-length-codec.ts";
import { ActionModel } from "./action-model.ts";
import { Bucket } from "./bucket.ts";
import { FaultyIndex } from "./faulty-index.ts";
import { FaultyObjects } from "./faulty-objects.ts";
import { LeaseModel } from "./lease-model.ts";
import { Machine } from "./machine.ts";
import type { Faults } from "./mixes.ts";
import { drawPolicy } from "./policies.ts";
import { Presence } from "./presence.ts";
import { Table } from "./table.ts";
import { listKeyOf, maxPutBytes, splicedBytes, type Universe } from "./universe.ts";
import type { UploadedBlob } from "./transfer-client.ts";
import { type Settle, VirtualTime } from "./virtual-time.ts";
import { Wire } from "./wire.ts";

/** The store broke a promise. The seed replays it. */
export class BrokenPromise extends Error {
  override readonly name = "BrokenPromise";
}

/** The stores of one machine, as clients see them. */
export interface CacheOnMachine extends Pick<IndexedStores, "actions" | "chunkLists"> {
  readonly blobs: BlobStore;
  readonly transfers: TransferStore;
}

export type Role = "client" | "sweeper";

/** Changes what the stores of a machine are made of, for the worse. */
export type Plant = (parts: TransferParts, role: Role) => TransferParts;

export interface WorldOptions {
  readonly seed: number;
  readonly faults: Faults;
  readonly hashers: Hashers;
  readonly settle: Settle;
  readonly universe: Universe;
  readonly planted?: Plant;
  /** Is told all that happens. */
  readonly trace?: ((line: string) => void) | undefined;
}

const MINUTE_MS = 60_000;

/** A table and a bucket, what reaches them, and what was promised of them. */
export class World {
  readonly random: Random;
  readonly policy: LeasePolicy;
  readonly universe: Universe;
  readonly time: VirtualTime;
  readonly wire: Wire;
  readonly table: Table;
  readonly bucket: Bucket;
  readonly leases: LeaseModel;
  readonly actions = new ActionModel();
  /** What transfers have brought to the bucket. */
  readonly uploaded: UploadedBlob[] = [];
  readonly #options: WorldOptions;
  readonly #isOneStep: boolean;
  readonly #presence: Presence;
  readonly #compression: Compression;

  constructor(options: WorldOptions) {
    const { seed, faults, hashers, settle, universe, trace = () => undefined } = options;
    this.#options = options;
    this.random = new Random(seed);
    this.policy = drawPolicy(this.random);
    // A world with fewer blobs has more to say of each.
    this.universe = this.random.chance(0.5) ? universe : withSpliced(universe);
    this.time = new VirtualTime({ settle, trace, check: () => this.#check() });
    this.wire = new Wire(this.time, this.random, faults);
    this.leases = new LeaseModel(this.policy.leaseMs);
    this.#isOneStep = this.random.chance(0.5);
    this.table = new Table({
      time: this.time,
      keys: [
        ...[...this.universe.blobs, ...universe.actions].map(({ key }) => key),
        ...this.universe.blobs.map(listKeyOf),
      ],
      joins: this.random.chance(0.5),
      stalenessMs: this.random.pick([MINUTE_MS, 6 * 60 * MINUTE_MS]),
      onRemoved: (row) => this.#checkRemoval(row),
    });
    const verifies = this.random.chance(0.5);
    // Whatever it saves: what is random does not shrink.
    this.#compression = { codec: runLengthCodec, ...this.random.pick([{}, { minSaving: -1 }]) };
    this.bucket = new Bucket({ hashers, verifies, maxPutBytes });
    this.#presence = new Presence(this.table, this.bucket, this.universe.blobs);
  }

  newMachine(name: string): Machine {
    const { time, random, policy } = this;
    return new Machine({ name, time, random, clockSkewMs: policy.clockSkewMs });
  }

  /** The stores as they run on a machine. */
  storesOn(machine: Machine, role: Role): IndexedStores {
    return createIndexedStores(this.#partsOn(machine, role));
  }

  /** The same as clients see it, to whom it does not matter if a blob was spliced. */
  cacheOn(machine: Machine): CacheOnMachine {
    const parts = this.#partsOn(machine, "client");
    const { blobs, actions, chunkLists } = createIndexedStores(parts);
    const lists = new LeasedChunkLists(blobs, chunkLists, splicedBytes);
    const when = { clock: parts.clock, withinMs: parts.policy.requestDelayMs };
    return {
      blobs: splicedBlobs(blobs, lists, when),
      actions,
      chunkLists,
      transfers: splicedTransfers(new IndexedTransfers(parts), lists, when),
    };
  }

  /** The bucket as a machine reaches it. */
  objectsOn(machine: Machine): FaultyObjects {
    const { wire, bucket, policy } = this;
    // With its answer, a request takes at most five times as long: an upload just misses its window then, or just does not.
    const withinMs = (policy.uploadWindowMs - 2000) / 5;
    return new FaultyObjects({ wire, bucket, machine, withinMs });
  }

  broken(what: string): never {
    const error = new BrokenPromise(`${what}, in seed ${this.#options.seed}`);
    // Where this is thrown, nobody may be left to catch it.
    this.time.fail(error);
    throw error;
  }

  /** Whoever hears that a blob is there relies on it; so its lease must last even by the slowest clock. */
  relyOn(key: RowKey, machine: Machine): void {
    const { time, leases, policy } = this;
    leases.promised(key, time.nowMs);
    time.note(`${machine.name} relies on ${key}`);
    const endsMs = this.#presence.leaseEndsMs(key) + policy.clockSkewMs;
    if (endsMs === -Infinity) this.broken(`${key} is gone when it is relied on`);
    if (endsMs < time.nowMs + policy.leaseMs) this.broken(`${key} has too short a lease`);
  }

  /** A lease must be over even by the slowest clock before its row goes. */
  #checkRemoval({ key, leaseEndsMs }: Row): void {
    const { time, policy } = this;
    time.note(`${key} is removed`);
    if (time.nowMs < leaseEndsMs + policy.clockSkewMs) this.broken(`${key} is removed too soon`);
  }

  /** What is owed must be there, at every moment. */
  #check(): void {
    const [gone] = this.leases.broken(this.#presence, this.time.nowMs);
    if (gone !== undefined) this.broken(`${gone} is gone before its lease has ended`);
  }

  #partsOn(machine: Machine, role: Role): TransferParts {
    const { wire, table, policy, random } = this;
    const { hashers, planted } = this.#options;
    const withinMs = policy.requestDelayMs;
    const parts: TransferParts = {
      index: new FaultyIndex({ wire, table, machine, withinMs, isOneStep: this.#isOneStep }),
      objects: this.objectsOn(machine),
      clock: machine,
      hashers,
      fillRandom: (bytes) => {
        for (let at = 0; at < bytes.length; at++) bytes[at] = random.below(256);
      },
      policy,
      compression: this.#compression,
    };
    return planted === undefined ? parts : planted(parts, role);
  }
}

function withSpliced({ blobs, spliced, ...others }: Universe): Universe {
  return { ...others, spliced, blobs: [...blobs, ...spliced] };
}
