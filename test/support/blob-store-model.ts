import fc from "fast-check";
import type { BlobStore } from "../../shared/stores/blob-store.ts";
import { StoreError } from "../../shared/stores/store-error.ts";
import { bodyOf, GatedBody } from "./bodies.ts";
import { blobOf, type TestBlob } from "./blobs.ts";
import { KIB, readAll, sameBytes } from "./bytes.ts";
import { abortableCall, callFor } from "./calls.ts";
import type { ManualClock } from "./clock.ts";

/** One thing that a client does. Blobs are named by their index, uploads under way by any number. */
export type Step =
  | { readonly kind: "put" | "putWrong" | "get" | "begin"; readonly blob: number }
  | { readonly kind: "find"; readonly blobs: readonly number[] }
  | { readonly kind: "end" | "abort"; readonly upload: number }
  | { readonly kind: "wait"; readonly ms: number };

/** What clients may do with `blobCount` blobs, waiting for up to `waitMs` in between. */
export function stepsOf(blobCount: number, waitMs: number): fc.Arbitrary<readonly Step[]> {
  const blob = fc.nat(blobCount - 1);
  const blobs = fc.array(blob, { maxLength: 6 });
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant("put"), blob }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("get"), blob }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("begin"), blob }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("putWrong"), blob }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("find"), blobs }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constantFrom("end", "abort"), upload: fc.nat() }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("wait"), ms: fc.nat(waitMs) }) },
  );
  return fc.array(step, { maxLength: 60 });
}

export interface ModelledStore {
  readonly store: BlobStore;
  readonly clock: ManualClock;
  readonly leaseMs: number;
  readonly capacityBytes: number;
}

interface Upload {
  readonly index: number;
  readonly body: GatedBody;
  readonly outcome: Promise<unknown>;
  readonly reason: Error;
  readonly abort: () => void;
}

/**
 * A blob store, beside the little that its clients may rely on: until when each blob was promised to them. Throws as soon as the
 * store does what it may not.
 */
export class BlobStoreModel {
  readonly #tested: ModelledStore;
  readonly #blobs: readonly TestBlob[];
  readonly #promisedUntil = new Map<number, number>();
  readonly #uploads: Upload[] = [];

  constructor(tested: ModelledStore, blobs: readonly TestBlob[]) {
    this.#tested = tested;
    this.#blobs = blobs;
  }

  async take(step: Step): Promise<void> {
    switch (step.kind) {
      case "put":
        return await this.#put(step.blob);
      case "putWrong":
        return await this.#putWrong(step.blob);
      case "get":
        return await this.#get(step.blob);
      case "find":
        return await this.#find(step.blobs);
      case "begin":
        return await this.#begin(step.blob);
      case "end":
      case "abort":
        return await this.#finish(step.upload, step.kind);
      case "wait":
        return this.#tested.clock.advance(step.ms);
    }
  }

  /** Ends what is under way and then every lease: all room must come back. */
  async close(): Promise<void> {
    const { store, clock, leaseMs } = this.#tested;
    while (this.#uploads.length > 0) await this.#finish(0, "abort");
    clock.advance(leaseMs + 1);
    const largest = await blobOf(store.maxBlobBytes, 99);
    await store.put(largest.digest, bodyOf(largest.bytes), callFor());
  }

  async #put(index: number): Promise<void> {
    const { digest, bytes } = this.#blob(index);
    const upload = this.#tested.store.put(digest, bodyOf(bytes), callFor());
    this.#settle(index, await failureOf(upload));
  }

  async #putWrong(index: number): Promise<void> {
    const { digest, bytes } = this.#blob(index);
    const wrong = bytes.with(-1, (bytes.at(-1) ?? 0) ^ 1);
    const upload = this.#tested.store.put(digest, bodyOf(wrong), callFor());
    check((await failureOf(upload)) !== undefined, "wrong bytes were taken");
  }

  async #get(index: number): Promise<void> {
    const { digest, bytes } = this.#blob(index);
    const source = await this.#tested.store.get(digest, { offset: 0 }, callFor());
    this.#settlePresence(index, source !== undefined);
    if (source === undefined) return;
    check(sameBytes(await readAll(source), bytes), `blob ${index} came back with other bytes`);
  }

  async #find(indexes: readonly number[]): Promise<void> {
    const digests = indexes.map((index) => this.#blob(index).digest);
    const missing = new Set(await this.#tested.store.findMissing(digests, callFor()));
    for (const index of indexes) {
      this.#settlePresence(index, !missing.has(this.#blob(index).digest));
    }
  }

  async #begin(index: number): Promise<void> {
    const { digest, bytes } = this.#blob(index);
    const { call, reason, abort } = abortableCall();
    const body = new GatedBody(bytes);
    const outcome = failureOf(this.#tested.store.put(digest, body, call));
    const refusal = await Promise.race([outcome, body.held]);
    if (refusal === undefined) this.#uploads.push({ index, body, outcome, reason, abort });
    else this.#settle(index, refusal);
  }

  async #finish(upload: number, how: "end" | "abort"): Promise<void> {
    const at = upload % Math.max(this.#uploads.length, 1);
    const [ending] = this.#uploads.splice(at, 1);
    if (ending === undefined) return;
    if (how === "end") {
      ending.body.release();
      this.#settle(ending.index, await ending.outcome);
    } else {
      ending.abort();
      check((await ending.outcome) === ending.reason, "an aborted upload did not say so");
      ending.body.release();
    }
  }

  /** An upload makes a promise, or was refused because promises to others and uploads under way leave no room for it. */
  #settle(index: number, failure: unknown): void {
    if (failure === undefined) {
      this.#promise(index);
      return;
    }
    const exhausted = failure instanceof StoreError && failure.code === "exhausted";
    if (!exhausted) throw new Error("an upload failed", { cause: failure });
    const promised = this.#blobs.filter((_, other) => this.#isPromised(other));
    const underWay = this.#uploads.map((upload) => this.#blob(upload.index));
    const needed = [...promised, ...underWay, this.#blob(index)].reduce(
      (sum, { bytes }) => sum + bytes.byteLength + KIB,
      0,
    );
    check(
      needed > this.#tested.capacityBytes,
      `blob ${index} was refused, though all that is needed takes ${needed} bytes`,
    );
  }

  #settlePresence(index: number, present: boolean): void {
    check(present || !this.#isPromised(index), `blob ${index} is gone under a lease`);
    if (present) this.#promise(index);
  }

  #isPromised(index: number): boolean {
    return (this.#promisedUntil.get(index) ?? 0) > this.#tested.clock.now();
  }

  #promise(index: number): void {
    this.#promisedUntil.set(index, this.#tested.clock.now() + this.#tested.leaseMs);
  }

  #blob(index: number): TestBlob {
    const found = this.#blobs[index];
    if (found === undefined) throw new Error(`no blob ${index}`);
    return found;
  }
}

async function failureOf(promise: Promise<void>): Promise<unknown> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    return error;
  }
}

function check(holds: boolean, complaint: string): void {
  if (!holds) throw new Error(complaint);
}
