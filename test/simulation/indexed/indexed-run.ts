import { RequestError } from "../../../shared/request-error.ts";
import { renewalAt, uploadsOverBefore } from "../../../shared/stores/indexed/lease-policy.ts";
import { objectKeyOf } from "../../../shared/stores/indexed/object-key.ts";
import type { RowKey } from "../../../shared/stores/indexed/row-key.ts";
import { allShards } from "../../../shared/stores/indexed/sweeper.ts";
import { StoreError } from "../../../shared/stores/store-error.ts";
import { ConnectionLost } from "./bodies.ts";
import { type Burst, nextBurst } from "./bursts.ts";
import { GaveUp } from "./calls.ts";
import { Client } from "./client.ts";
import type { Machine } from "./machine.ts";
import { sweep } from "./sweep.ts";
import { TransferClient } from "./transfer-client.ts";
import { World, type WorldOptions } from "./world.ts";

const CLIENTS = 6;
const SWEEPERS = 3;
const BURSTS = 40;

/** One life of a cache: bursts of work and sweeps, then rest. Resolves how many operations it ran. */
export async function runIndexed(options: WorldOptions): Promise<number> {
  const run = new IndexedRun(new World(options));
  await run.live();
  await run.rest();
  return run.operations;
}

class IndexedRun {
  operations = 0;
  readonly #world: World;
  readonly #machines = new Map<string, Machine>();

  constructor(world: World) {
    this.#world = world;
  }

  async live(): Promise<void> {
    const { time, random } = this.#world;
    for (let count = 0; count < BURSTS; count++) {
      const burst = nextBurst(this.#world);
      await time.run(burst.atMs);
      for (let tasks = 1 + random.below(8); tasks > 0; tasks--) {
        time.after(random.below(burst.lastsMs), "a client begins", () =>
          this.#start(this.#work(burst)),
        );
      }
      for (let sweeps = random.below(4); sweeps > 0; sweeps--) {
        time.after(random.below(burst.lastsMs), "a sweep begins", () =>
          this.#start(this.#sweep(burst)),
        );
      }
      await time.run(time.nowMs + burst.lastsMs);
    }
  }

  /** When nobody fails or crashes any more: clients succeed, and then nothing stays that should not. */
  async rest(): Promise<void> {
    const { time, wire, policy } = this.#world;
    for (const machine of this.#machines.values()) machine.crash();
    wire.heal();
    await time.run();
    await this.#toTheEnd(this.#succeed());
    const skewMs = 2 * policy.clockSkewMs;
    const overMs = time.nowMs - uploadsOverBefore(time.nowMs, policy);
    await time.run(time.nowMs + overMs + skewMs);
    await this.#toTheEnd(this.#sweepAll());
    this.#expectOnlyObjectsOfRows();
    const { untilMs } = renewalAt(time.nowMs, policy);
    await time.run(untilMs + policy.keepMs + 2 * skewMs);
    await this.#toTheEnd(this.#sweepAll());
    const { table, bucket } = this.#world;
    if (table.rows.size > 0) this.#world.broken(`${table.rows.size} rows are left over`);
    if (bucket.names.size > 0) this.#world.broken(`${bucket.names.size} objects are left over`);
  }

  /** Lets work go on by itself. What fails as planned says nothing, and so breaks no promise. */
  #start(work: Promise<void>): void {
    this.operations += 1;
    work.catch((error: unknown) => {
      const isTrouble = error instanceof StoreError && error.code === "unavailable";
      const isClients = [GaveUp, ConnectionLost, RequestError].some(
        (kind) => error instanceof kind,
      );
      if (!isTrouble && !isClients) this.#world.time.fail(error);
    });
  }

  async #toTheEnd(work: Promise<void>): Promise<void> {
    const drained = this.#world.time.run();
    const isDone = await Promise.race([work.then(() => true), drained.then(() => false)]);
    await drained;
    if (!isDone) this.#world.broken("something waits for ever");
  }

  async #work({ blobs, action }: Burst): Promise<void> {
    const { random, universe } = this.#world;
    const machine = this.#machine("client", CLIENTS);
    const client = new Client(this.#world, machine);
    const transfers = new TransferClient(this.#world, machine);
    const blob = random.pick(blobs);
    const uploaded = this.#world.uploaded.filter((each) => blobs.includes(each.blob));
    const works = [
      () => client.findMissing([...new Set([...blobs, random.pick(universe.blobs)])]),
      () => client.put(blob),
      ...blobs.filter(({ ways }) => ways.length > 0).map((each) => () => client.splice(each)),
      () => client.get(blob),
      () => client.putAction(action, blobs),
      ...Array.from({ length: 4 }, () => () => client.getAction(action)),
      () => client.build(action, blobs),
      () => transfers.upload(blobs),
      () => transfers.download(blob),
      ...uploaded.slice(-1).map((each) => () => transfers.commit(each)),
      ...uploaded.slice(-1).map((each) => () => transfers.lie(each)),
    ];
    await random.pick(works)();
  }

  async #sweep({ blobs }: Burst): Promise<void> {
    const { random } = this.#world;
    const shards = blobs.map(({ digest }) => Number.parseInt(digest.hash.slice(0, 2), 16));
    const maxRows = random.pick([1, 10, 1000]);
    await sweep(this.#world, this.#machine("sweeper", SWEEPERS), { maxRows, shards });
  }

  /** One of several, in place of one that has crashed if need be; it may crash soon. */
  #machine(kind: string, count: number): Machine {
    const { random, wire, time, policy } = this.#world;
    const name = `${kind} ${random.below(count)}`;
    const known = this.#machines.get(name);
    const isNew = known === undefined || known.isCrashed;
    const machine = isNew ? this.#world.newMachine(name) : known;
    this.#machines.set(name, machine);
    if (random.chance(wire.faults.crashes)) {
      time.after(wire.delay(2 * policy.requestDelayMs), `${name} crashes`, () => machine.crash());
    }
    return machine;
  }

  async #succeed(): Promise<void> {
    const { universe, policy } = this.#world;
    const machine = this.#world.newMachine("last client");
    const client = new Client(this.#world, machine);
    const spliced = universe.blobs.filter(({ ways }) => ways.length > 0);
    for (const blob of universe.blobs) if (!spliced.includes(blob)) await client.put(blob);
    for (const blob of spliced) await client.splice(blob);
    const missing = await client.findMissing(universe.blobs);
    if (missing.length > 0) this.#world.broken(`${missing.length} blobs are missing`);
    for (const blob of universe.blobs) {
      if (!(await client.get(blob))) this.#world.broken(`${blob.key} is not found`);
    }
    // So that the leases of the blobs are not due, but soon will be.
    await machine.sleep(0.8 * policy.renewEveryMs);
    for (const action of universe.actions) {
      await client.build(action, [...universe.blobs.slice(0, 6), ...spliced.slice(0, 1)]);
      const completeness = (await client.getAction(action)) ?? "incomplete";
      if (completeness === "incomplete") this.#world.broken(`${action.key} is not found`);
      if (completeness === "complete") this.#expectToServe(action.key);
    }
  }

  /** A result that has just been written is found for a while before its blobs have to be looked up again. */
  #expectToServe(key: RowKey): void {
    const { table, time, policy } = this.#world;
    const soonMs = time.nowMs - policy.clockSkewMs + policy.renewEveryMs / 3;
    const { dueMs } = renewalAt(soonMs, policy);
    const leaseEndsMs = table.rows.get(key)?.leaseEndsMs ?? 0;
    if (leaseEndsMs < dueMs) this.#world.broken(`${key} is due again too soon`);
  }

  async #sweepAll(): Promise<void> {
    const machine = this.#world.newMachine("last sweeper");
    await sweep(this.#world, machine, { maxRows: 1000, shards: allShards });
  }

  #expectOnlyObjectsOfRows(): void {
    const { table, bucket } = this.#world;
    const rows = [...table.rows.values()].filter(({ inline }) => !inline);
    const named = new Set<string>(rows.map(objectKeyOf));
    const unnamed = [...bucket.names].filter((name) => !named.has(name));
    if (unnamed.length > 0) this.#world.broken(`${unnamed.length} objects have no row`);
    const absent = [...named].filter((name) => !bucket.names.has(name));
    if (absent.length > 0) this.#world.broken(`${absent.length} rows have no object`);
  }
}
