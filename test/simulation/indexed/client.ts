import type { FoundAction } from "../../../shared/stores/action-store.ts";
import type { Call } from "../../../shared/stores/call.ts";
import { readAll, sameBytes } from "../../support/bytes.ts";
import { runLengthCodec } from "../../support/run-length-codec.ts";
import { bytesOfBody, drawBody } from "./bodies.ts";
import { drawCall } from "./calls.ts";
import type { Machine } from "./machine.ts";
import type { KnownAction, KnownBlob } from "./universe.ts";
import type { CacheOnMachine, World } from "./world.ts";

/** Speaks to the stores of one machine, and holds them to their word. */
export class Client {
  readonly machine: Machine;
  readonly #world: World;
  readonly #stores: CacheOnMachine;

  constructor(world: World, machine: Machine) {
    this.#world = world;
    this.machine = machine;
    this.#stores = world.cacheOn(machine);
  }

  /** Those that are said to be missing. */
  async findMissing(blobs: readonly KnownBlob[]): Promise<readonly KnownBlob[]> {
    const { leases, time } = this.#world;
    const owed = new Map(blobs.map((blob) => [blob, leases.owedUntilMs(blob.key)]));
    const digests = blobs.map(({ digest }) => digest);
    const found = await this.#stores.blobs.findMissing(digests, this.#call());
    const hashes = new Set<string>(found.map(({ hash }) => hash));
    const missing = blobs.filter(({ digest }) => hashes.has(digest.hash));
    for (const blob of blobs) {
      if (!missing.includes(blob)) this.#world.relyOn(blob.key, this.machine);
      else if ((owed.get(blob) ?? 0) >= time.nowMs) this.#broken("is said to be missing", blob);
    }
    return missing;
  }

  /** Whether it was there. */
  async get(blob: KnownBlob): Promise<boolean> {
    const { random, leases, time } = this.#world;
    const owedUntilMs = leases.owedUntilMs(blob.key);
    const { function: name, hash, sizeBytes } = blob.digest;
    const offset = random.chance(0.3) ? random.below(sizeBytes + 1) : 0;
    const length = random.chance(0.3) ? { length: random.below(sizeBytes + 1) } : {};
    const wanted = random.chance(0.2) ? { function: name, hash } : blob.digest;
    const source = await this.#stores.blobs.get(wanted, { offset, ...length }, this.#call());
    if (source === undefined) {
      if (owedUntilMs >= time.nowMs) this.#broken("is not found", blob);
      return false;
    }
    this.#world.relyOn(blob.key, this.machine);
    const { encoded } = source;
    const takesEncoded = encoded !== undefined && random.chance(0.5);
    const bytes = await readAll(takesEncoded ? runLengthCodec.decode(encoded, sizeBytes) : source);
    const expected = blob.bytes.subarray(offset, offset + (length.length ?? sizeBytes));
    if (!sameBytes(bytes, expected)) this.#broken("has wrong bytes", blob);
    if (source.sizeBytes !== sizeBytes) this.#broken("has a wrong size", blob);
    return true;
  }

  async put(blob: KnownBlob): Promise<void> {
    const body = drawBody(blob.bytes, this.#world);
    await this.#stores.blobs.put(blob.digest, bytesOfBody(body, this.machine), this.#call());
    if (body.flaw !== undefined) this.#broken(`was taken from a ${body.flaw} body`, blob);
    this.#world.relyOn(blob.key, this.machine);
  }

  /** Makes a blob of chunks, of which it uploads those that are missing. */
  async splice(blob: KnownBlob): Promise<void> {
    const { random } = this.#world;
    const way = random.pick(blob.ways);
    for (const chunk of await this.findMissing([...new Set(way)])) await this.put(chunk);
    const chunks = way.map(({ digest }) => digest);
    await this.#stores.chunkLists.put(blob.digest, { chunks, cutBy: "unknown" }, this.#call());
    await this.findMissing([blob]);
  }

  async putAction(action: KnownAction, outputs: readonly KnownBlob[]): Promise<void> {
    const { actions, time, policy, wire, random } = this.#world;
    const needed = random.chance(0.9) ? outputs : undefined;
    const sizeBytes = random.below(120);
    const write = actions.begin(action.key, { sizeBytes, needed }, time.nowMs);
    const { result } = write;
    const references = needed?.map(({ digest }) => digest);
    try {
      await this.#stores.actions.put(action.name, { result, references }, this.#call());
      actions.known(write, time.nowMs);
      // A request that arrives twice may undo a write that came in between.
      write.settledMs = time.nowMs + (wire.faults.doubled > 0 ? policy.requestDelayMs : 0);
    } catch (error) {
      write.settledMs = time.nowMs + policy.requestDelayMs;
      throw error;
    }
  }

  /** What is said of its references, if it was there. */
  async getAction(action: KnownAction): Promise<FoundAction["completeness"] | undefined> {
    const { actions, time, leases } = this.#world;
    const askedMs = time.nowMs;
    const owedUntilMs = leases.allOwedUntilMs();
    const found = await this.#stores.actions.get(action.name, this.#call());
    if (found === undefined) return undefined;
    const { result, references, completeness } = found;
    const write = actions.writeOf(action.key, result);
    if (write === undefined) return this.#broken("has a wrong result", action);
    const newer = actions.replacedBy(action.key, write, askedMs);
    if (newer !== undefined) {
      this.#broken(
        `is found as version ${write.version}, after ${newer.version} was known`,
        action,
      );
    }
    actions.known(write, time.nowMs);
    const needed = write.needed ?? [];
    const hashes = references?.map(({ hash }) => hash).join();
    if (hashes !== write.needed?.map(({ digest }) => digest.hash).join()) {
      this.#broken("has wrong references", action);
    }
    if (completeness === "complete") {
      for (const { key } of needed) this.#world.relyOn(key, this.machine);
    }
    const areOwed = needed.every(({ key }) => (owedUntilMs.get(key) ?? 0) >= time.nowMs);
    if (completeness === "incomplete" && areOwed) this.#broken("is said to be incomplete", action);
    return completeness;
  }

  /** As build tools do: uploads what is missing, then writes the result. */
  async build(action: KnownAction, outputs: readonly KnownBlob[]): Promise<void> {
    for (const blob of await this.findMissing(outputs)) {
      if (blob.ways.length > 0) await this.splice(blob);
      else await this.put(blob);
    }
    await this.putAction(action, outputs);
  }

  #call(): Call {
    return drawCall(this.#world, this.machine);
  }

  #broken(what: string, { key }: { key: string }): never {
    this.#world.broken(`${this.machine.name}: ${key} ${what}`);
  }
}
