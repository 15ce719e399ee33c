/** So many of the last streams are remembered. */
const REMEMBERED = 1024;

/**
 * How the last streams came to be over. Who sends on a stream that it ended itself breaks a rule; where the server ended it, the client
 * may not have heard of it.
 */
export class ClosedStreams {
  /** Negative where the server ended it. */
  readonly #ids = new Int32Array(REMEMBERED);

  add(streamId: number, endedBy: "client" | "server"): void {
    this.#ids[placeOf(streamId)] = endedBy === "client" ? streamId : -streamId;
  }

  /** Whether what comes on the stream may be left out. `lastId` is the newest stream. */
  isForgiven(streamId: number, lastId: number): boolean {
    return this.#ids[placeOf(streamId)] === -streamId || lastId - streamId >= 2 * REMEMBERED;
  }

  wasEndedByClient(streamId: number): boolean {
    return this.#ids[placeOf(streamId)] === streamId;
  }
}

/** Clients have the odd numbers. */
function placeOf(streamId: number): number {
  return (streamId >>> 1) % REMEMBERED;
}
