import { RequestError } from "../../shared/request-error.ts";
import { toConnectError } from "../handlers/status.ts";

interface Waiting {
  readonly bytes: number;
  readonly admit: () => void;
}

/** So many bytes for all requests together. Who finds no room waits, in the order of coming, for some time. */
export class RoomForBytes {
  readonly #maxBytes: number;
  readonly #patienceMs: number;
  readonly #waiting = new Set<Waiting>();
  #takenBytes = 0;

  constructor(maxBytes: number, patienceMs: number) {
    this.#maxBytes = maxBytes;
    this.#patienceMs = patienceMs;
  }

  get takenBytes(): number {
    return this.#takenBytes;
  }

  /** Throws RESOURCE_EXHAUSTED where there is no room now. */
  take(bytes: number): void {
    if (this.#takenBytes + bytes > this.#maxBytes) throw this.#overloaded();
    this.#takenBytes += bytes;
  }

  /** Takes room if it is there and nobody waits for it. Throws RESOURCE_EXHAUSTED where there never is so much. */
  tryTake(bytes: number): boolean {
    const isFree = this.#waiting.size === 0 && this.#takenBytes + bytes <= this.#maxBytes;
    if (isFree || bytes > this.#maxBytes) this.take(bytes);
    return isFree;
  }

  /** Takes room, or waits for it. Throws RESOURCE_EXHAUSTED, or the signal's reason. */
  async waitFor(bytes: number, signal: AbortSignal): Promise<void> {
    if (!this.tryTake(bytes)) await this.#queue(bytes, signal);
  }

  give(bytes: number): void {
    this.#takenBytes -= bytes;
    for (const waiting of this.#waiting) {
      if (this.#takenBytes + waiting.bytes > this.#maxBytes) return;
      this.#waiting.delete(waiting);
      this.#takenBytes += waiting.bytes;
      waiting.admit();
    }
  }

  async #queue(bytes: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting = { bytes, admit: resolve };
    const leave = (reason: unknown): void => {
      this.#waiting.delete(waiting);
      reject(reason);
    };
    const onAbort = (): void => leave(signal.reason);
    const timer = setTimeout(() => leave(this.#overloaded()), this.#patienceMs);
    signal.addEventListener("abort", onAbort, { once: true });
    this.#waiting.add(waiting);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
    }
  }

  #overloaded(): Error {
    return toConnectError(
      new RequestError(
        "resource-exhausted",
        `requests already hold ${this.#maxBytes} bytes of messages; try again`,
      ),
    );
  }
}
