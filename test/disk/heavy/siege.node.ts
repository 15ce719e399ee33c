import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { sameBytes } from "../../support/bytes.ts";
import { type Hayloft, startHayloft } from "../../support/hayloft.node.ts";
import { BrokenPromise } from "../../simulation/disk-run.ts";
import { Random } from "../../support/random.ts";
import { blobAt } from "./blobs.node.ts";
import { CacheClient } from "./client.node.ts";
import { Promises } from "./promises.ts";

const MAX_LIFE_MS = 6000;
const WORKERS = 8;
const BLOBS = 4000;
const ACTIONS_PER_WORKER = 5;

/** One life may have workers and the next none: nothing of them is kept. */
const workerCounts = process.platform === "linux" ? ["1", "2"] : ["1"];

const main = fileURLToPath(new URL("quick-checkpoints.node.ts", import.meta.url));

/** Many clients of a server that is killed again and again. */
export class Siege {
  operations = 0;
  lost = 0;
  readonly #random = new Random(20_260_101);
  readonly #promises = new Promises();
  readonly #data: string;

  constructor(data: string) {
    this.#data = data;
  }

  /** Starts a server, looks whether it has what it should, uses it, and kills it. When that was. */
  async live(killedMs: number): Promise<number> {
    await using server = await this.#start();
    using client = new CacheClient(server.url);
    await this.#settle(client, killedMs);
    const life = new AbortController();
    const workers = Array.from(
      { length: WORKERS },
      async (_, worker) => await this.#work(worker, client, life.signal),
    );
    const ended = Promise.all(workers);
    await Promise.race([ended, sleep(this.#random.below(MAX_LIFE_MS))]);
    life.abort();
    const nowMs = performance.now();
    await server.kill();
    await ended;
    demand(!server.output().includes("damaged"), server.output());
    return nowMs;
  }

  /** Whether everything that is owed in the end is there, byte for byte. */
  async conclude(killedMs: number): Promise<void> {
    await using server = await this.#start();
    using client = new CacheClient(server.url);
    await this.#settle(client, killedMs);
    for (const index of this.#promises.blobs) await this.#read(client, index);
  }

  async #start(): Promise<Hayloft> {
    const workers = this.#random.pick(workerCounts);
    const args = ["--size", "1GiB", "--workers", workers];
    return await startHayloft({ main, data: this.#data, args });
  }

  /** Compares what was acknowledged with what has survived. */
  async #settle(client: CacheClient, killedMs: number): Promise<void> {
    const { blobs, actions } = this.#promises;
    for (let at = 0; at < blobs.length; at += 500) {
      const asked = blobs.slice(at, at + 500).map(blobAt);
      const missing = await client.findMissing(asked);
      for (const { index, hash } of asked) {
        const isThere = !missing.has(hash);
        if (!isThere) this.lost += 1;
        demand(this.#promises.settleBlob(index, isThere, killedMs), `blob ${index} is gone`);
      }
    }
    for (const index of actions) {
      const version = await client.getAction(index);
      const isRight = this.#promises.settleAction(index, version, killedMs);
      demand(isRight, `action ${index} has version ${version}`);
    }
  }

  async #work(worker: number, client: CacheClient, life: AbortSignal): Promise<void> {
    const isOver = (): boolean => life.aborted;
    while (!isOver()) {
      try {
        await this.#act(worker, client);
        this.operations += 1;
      } catch (error) {
        // What was under way when the server was killed has failed, as it should.
        if (!isOver() || error instanceof BrokenPromise) throw error;
      }
    }
  }

  async #act(worker: number, client: CacheClient): Promise<void> {
    const index = this.#random.below(BLOBS);
    const action = worker * ACTIONS_PER_WORKER + this.#random.below(ACTIONS_PER_WORKER);
    await this.#random.pick([
      () => this.#write(index, async () => await client.httpPut(blobAt(index))),
      () => this.#write(index, async () => await client.write(blobAt(index))),
      () => this.#writeMany(client, index),
      () => this.#read(client, index),
      () => this.#findMissing(client),
      () => this.#putAction(client, action),
      () => this.#getAction(client, action),
    ])();
  }

  async #write(index: number, act: () => Promise<void>): Promise<void> {
    await act();
    this.#promises.acknowledgeBlob(index);
  }

  async #writeMany(client: CacheClient, first: number): Promise<void> {
    const blobs = Array.from({ length: 8 }, (_, i) => blobAt(first + i)).filter(
      ({ bytes }) => bytes.byteLength < 100_000,
    );
    await client.batchWrite(blobs);
    for (const { index } of blobs) this.#promises.acknowledgeBlob(index);
  }

  async #read(client: CacheClient, index: number): Promise<void> {
    const blob = blobAt(index);
    const isOwed = this.#promises.isOwed(index);
    const overHttp = this.#random.chance(0.5);
    const bytes = await (overHttp ? client.httpGet(blob) : client.read(blob));
    if (bytes === undefined) demand(!isOwed, `blob ${index} is gone`);
    else demand(sameBytes(bytes, blob.bytes), `blob ${index} is wrong`);
  }

  async #findMissing(client: CacheClient): Promise<void> {
    const blobs = Array.from({ length: 30 }, () => blobAt(this.#random.below(BLOBS)));
    const owed = blobs.filter(({ index }) => this.#promises.isOwed(index));
    const missing = await client.findMissing(blobs);
    for (const { index, hash } of owed) demand(!missing.has(hash), `blob ${index} is gone`);
  }

  async #putAction(client: CacheClient, index: number): Promise<void> {
    const version = this.#promises.startAction(index);
    await client.putAction(index, version);
    this.#promises.acknowledgeAction(index, version);
  }

  async #getAction(client: CacheClient, index: number): Promise<void> {
    const { least } = this.#promises.versionsOf(index);
    const version = await client.getAction(index);
    const { most } = this.#promises.versionsOf(index);
    demand(version >= least && version <= most, `action ${index} has version ${version}`);
  }
}

function demand(condition: boolean, what: string): void {
  if (!condition) throw new BrokenPromise(what);
}
