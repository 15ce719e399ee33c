import { following } from "../../shared/following.ts";
import { RequestError } from "../../shared/request-error.ts";
import { Room } from "../../shared/room.ts";
import { toConnectError } from "../handlers/status.ts";

/** So many bytes for all requests together. Who finds no room waits, in the order of coming, for some time. */
export class RoomForBytes {
  readonly #maxBytes: number;
  readonly #patienceMs: number;
  readonly #room: Room;

  constructor(maxBytes: number, patienceMs: number) {
    this.#maxBytes = maxBytes;
    this.#patienceMs = patienceMs;
    this.#room = new Room(maxBytes);
  }

  get takenBytes(): number {
    return this.#room.taken;
  }

  /** Throws RESOURCE_EXHAUSTED where there is no room now. */
  take(bytes: number): void {
    if (!this.#room.take(bytes)) throw this.#overloaded();
  }

  /** Takes room if it is there and nobody waits for it. Throws RESOURCE_EXHAUSTED where there never is so much. */
  tryTake(bytes: number): boolean {
    if (bytes > this.#maxBytes) throw this.#overloaded();
    return this.#room.takeInOrder(bytes);
  }

  /** Takes room, or waits for it. Throws RESOURCE_EXHAUSTED, or the signal's reason. */
  async waitFor(bytes: number, signal: AbortSignal): Promise<void> {
    if (this.tryTake(bytes)) return;
    using waiting = following(signal);
    const timer = setTimeout(() => waiting.abort(this.#overloaded()), this.#patienceMs);
    try {
      await this.#room.waitFor(bytes, waiting.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  give(bytes: number): void {
    this.#room.give(bytes);
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
