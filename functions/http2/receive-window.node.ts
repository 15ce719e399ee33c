/** What may still come on a stream or a connection. What was dealt with opens it again, some of it at a time. */
export class ReceiveWindow {
  readonly #batchBytes: number;
  #left: number;
  #owed = 0;

  constructor(bytes: number) {
    this.#left = bytes;
    this.#batchBytes = bytes / 4;
  }

  /** Whether so much was allowed to come. */
  take(bytes: number): boolean {
    this.#left -= bytes;
    return this.#left >= 0;
  }

  /** So many bytes are dealt with. Returns how many more the client may be told to send: 0 as long as it is not worth a frame. */
  release(bytes: number): number {
    this.#owed += bytes;
    if (this.#owed < this.#batchBytes) return 0;
    const grant = this.#owed;
    this.#owed = 0;
    this.#left += grant;
    return grant;
  }
}
