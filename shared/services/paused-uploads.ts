import type { Clock } from "../clock.ts";
import type { UploadSession } from "./upload-session.ts";

/** What uploads that wait for their clients may take; the names in `limits.ts` say why. */
export interface PausedUploadBounds {
  readonly keepMs: number;
  readonly count: number;
  /** Bytes that their blobs have together: stores set aside as much. */
  readonly bytes: number;
}

/** Uploads that wait for their clients, the one that waits longest first: it goes when its time is over, or there is no room. */
export class PausedUploads {
  readonly #bounds: PausedUploadBounds;
  readonly #clock: Clock;
  readonly #drop: (session: UploadSession) => void;
  readonly #sinceMs = new Map<UploadSession, number>();
  #bytes = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `drop` is told of each that goes, which is then no longer here. */
  constructor(bounds: PausedUploadBounds, clock: Clock, drop: (session: UploadSession) => void) {
    this.#bounds = bounds;
    this.#clock = clock;
    this.#drop = drop;
  }

  get count(): number {
    return this.#sinceMs.size;
  }

  /** Bytes that their blobs have together. */
  get bytes(): number {
    return this.#bytes;
  }

  add(session: UploadSession): void {
    this.#sinceMs.set(session, this.#clock.now());
    this.#bytes += session.sizeBytes;
    this.trim();
  }

  delete(session: UploadSession): void {
    if (!this.#sinceMs.delete(session)) return;
    this.#bytes -= session.sizeBytes;
    if (this.count > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Lets those go that have waited too long, or that there is no room for. */
  trim(): void {
    const { keepMs, count, bytes } = this.#bounds;
    for (const [session, sinceMs] of this.#sinceMs) {
      const leftMs = sinceMs + keepMs - this.#clock.now();
      if (leftMs > 0 && this.count <= count && this.#bytes <= bytes) {
        this.#timer ??= setTimeout(() => this.#onTimer(), leftMs);
        return;
      }
      this.#let(session);
    }
  }

  clear(): void {
    for (const session of this.#sinceMs.keys()) this.#let(session);
  }

  #let(session: UploadSession): void {
    this.delete(session);
    this.#drop(session);
  }

  #onTimer(): void {
    this.#timer = undefined;
    this.trim();
  }
}
