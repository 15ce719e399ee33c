import type { RowKey } from "../../../shared/stores/indexed/row-key.ts";
import { sameBytes } from "../../support/bytes.ts";
import type { KnownBlob } from "./universe.ts";

/** One write of an action result. All times are true. */
export interface ActionWrite {
  readonly version: number;
  readonly result: Uint8Array;
  /** What it says that it refers to, if it does. */
  readonly needed: readonly KnownBlob[] | undefined;
  readonly beganMs: number;
  /** From when it can take effect no more; for ever, if nobody hears how it ended. */
  settledMs: number;
  /** When somebody first heard that it had taken effect. */
  knownMs: number;
}

/** Which results of an action may be found: the last write wins. */
export class ActionModel {
  readonly #writes = new Map<RowKey, ActionWrite[]>();

  /** A write that begins now, of a result that is told from all others by its first bytes. */
  begin(
    key: RowKey,
    { sizeBytes, needed }: { readonly sizeBytes: number; readonly needed: ActionWrite["needed"] },
    nowMs: number,
  ): ActionWrite {
    const writes = this.#writes.get(key) ?? [];
    const version = writes.length;
    const result = new Uint8Array(4 + sizeBytes).fill(version);
    new DataView(result.buffer).setUint32(0, version);
    const write = {
      version,
      result,
      needed,
      beganMs: nowMs,
      settledMs: Infinity,
      knownMs: Infinity,
    };
    this.#writes.set(key, [...writes, write]);
    return write;
  }

  /** The write that a result comes from. */
  writeOf(key: RowKey, result: Uint8Array): ActionWrite | undefined {
    const version = new DataView(result.buffer, result.byteOffset).getUint32(0);
    const write = this.#writes.get(key)?.[version];
    return write && sameBytes(write.result, result) ? write : undefined;
  }

  /** Somebody hears that it has taken effect. */
  known(write: ActionWrite, nowMs: number): void {
    write.knownMs = Math.min(write.knownMs, nowMs);
  }

  /** What the newest result refers to. */
  neededBy(key: RowKey): readonly KnownBlob[] {
    return this.#writes.get(key)?.at(-1)?.needed ?? [];
  }

  /** What was known when a reader asked that had replaced what the reader found. */
  replacedBy(key: RowKey, found: ActionWrite, askedMs: number): ActionWrite | undefined {
    return this.#writes
      .get(key)
      ?.find(({ beganMs, knownMs }) => beganMs > found.settledMs && knownMs < askedMs);
  }
}
