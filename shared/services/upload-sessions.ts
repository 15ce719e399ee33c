import { ChurningSet } from "../churning-set.ts";
import type { Clock } from "../clock.ts";
import { limits } from "../limits.ts";
import { instruments } from "../telemetry/instruments.ts";
import { type Metric, metricOf } from "../telemetry/metric.ts";
import { invalidArgument, type RequestError } from "../request-error.ts";
import { StoreError } from "../stores/store-error.ts";
import { untilAborted } from "../until-aborted.ts";
import { type PausedUploadBounds, PausedUploads } from "./paused-uploads.ts";
import type { UploadOutcome } from "./rival-uploads.ts";
import { overtaken, type SessionPut, UploadSession } from "./upload-session.ts";

export interface UploadSessionsOptions extends Partial<PausedUploadBounds> {
  readonly clock: Clock;
}

/** A part of an upload, as one request brings it. */
export interface UploadPart {
  /** What tells uploads apart. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Bytes of the blob before it. */
  readonly offset: bigint;
  /** The rest of the blob, unless it breaks off by throwing. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Uploads that outlast the requests that bring their bytes, so that a client can go on with one that broke off. */
export class UploadSessions implements AsyncDisposable {
  readonly #byName = new Map<string, UploadSession>();
  /** Those that the store is not done with, ended ones included. */
  readonly #open = new ChurningSet<UploadSession>();
  readonly #paused: PausedUploads;
  #isClosed = false;

  constructor({
    clock,
    keepMs = limits.pausedUploadMs,
    count = limits.pausedUploads,
    bytes = limits.pausedUploadBytes,
  }: UploadSessionsOptions) {
    this.#paused = new PausedUploads({ keepMs, count, bytes }, clock, (session) => {
      this.#stop(session, unavailable("the upload waited too long, or others needed its room"));
    });
  }

  /** Where a client is to go on with an upload: at 0, where it is not known. */
  offsetOf(name: string): number {
    this.#paused.trim();
    return this.#byName.get(name)?.tell() ?? 0;
  }

  /** Whether an upload may go on at `offset`, or begin there. */
  isOpenAt(name: string, offset: bigint): boolean {
    const session = this.#byName.get(name);
    return offset === 0n || session?.isWhole === true || session?.continuesAt(offset) === true;
  }

  /**
   * Goes on with an upload, or begins one by `put`. Throws INVALID_ARGUMENT for an offset that is neither the one to go on at, nor 0,
   * which begins again.
   */
  async take(part: UploadPart, put: SessionPut, signal: AbortSignal): Promise<UploadOutcome> {
    signal.throwIfAborted();
    this.#paused.trim();
    const session = this.#sessionFor(part, put);
    if (session.isWhole) {
      // Its client did not hear how the last request ended, which brought everything.
      await untilAborted(session.outcome, signal);
      return "present";
    }
    this.#paused.delete(session);
    try {
      return await session.take(part.body, Number(part.offset), signal);
    } finally {
      if (session.isPaused) this.#keep(session);
    }
  }

  /** Ends all that wait for their clients: others need the room. */
  dropPaused(): void {
    this.#paused.clear();
  }

  metrics(): readonly Metric[] {
    const { count, bytes } = this.#paused;
    const labels = { state: "paused" };
    return [
      metricOf(instruments.uploads, labels, count),
      metricOf(instruments.uploadBytes, labels, bytes),
    ];
  }

  /** Ends all uploads; resolves once the store is done with them. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    const open = [...this.#open];
    for (const session of open) this.#stop(session, unavailable("the server is stopping"));
    await Promise.allSettled(open.map(async ({ outcome }) => await outcome));
  }

  #sessionFor({ name, sizeBytes, offset }: UploadPart, put: SessionPut): UploadSession {
    const found = this.#byName.get(name);
    if (!this.isOpenAt(name, offset)) throw wrongOffset(offset, found?.tell() ?? 0);
    if (found === undefined) return this.#begin(name, sizeBytes, put);
    if (found.isWhole || found.continuesAt(offset)) return found;
    this.#stop(found, overtaken());
    // What the store has set aside for one upload should not be there twice.
    return this.#begin(name, sizeBytes, async (bytes, signal) => {
      await found.outcome.catch(() => undefined);
      signal.throwIfAborted();
      return await put(bytes, signal);
    });
  }

  #begin(name: string, sizeBytes: number, put: SessionPut): UploadSession {
    const session = new UploadSession(name, sizeBytes, put);
    this.#byName.set(name, session);
    const leave = this.#open.add(session);
    const forget = (): void => {
      this.#forget(session);
      leave();
    };
    session.outcome.then(forget, forget);
    return session;
  }

  #keep(session: UploadSession): void {
    if (session.keptBytes > 0 && !this.#isClosed) this.#paused.add(session);
    else this.#stop(session, unavailable("nothing of the upload was kept"));
  }

  #stop(session: UploadSession, reason: Error): void {
    this.#forget(session);
    session.stop(reason);
  }

  #forget(session: UploadSession): void {
    this.#paused.delete(session);
    if (this.#byName.get(session.name) === session) this.#byName.delete(session.name);
  }
}

function wrongOffset(offset: bigint, keptBytes: number): RequestError {
  const remedy = keptBytes === 0 ? "start at 0" : `go on at ${keptBytes}, or start again at 0`;
  return invalidArgument(
    "write_offset",
    `${offset}, but ${keptBytes} bytes of this upload are kept: ${remedy}`,
  );
}

function unavailable(message: string): StoreError {
  return new StoreError("unavailable", `${message}; try again`);
}
