import { RequestError } from "../request-error.ts";

/** So many bytes for the windows of all streams that are being decoded. */
export class WindowRoom {
  readonly #maxBytes: number;
  #takenBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get takenBytes(): number {
    return this.#takenBytes;
  }

  /** Room for one stream, that of its largest window so far. */
  share(): WindowShare {
    let ownBytes = 0;
    return {
      grow: (bytes) => {
        const missingBytes = Math.max(0, bytes - ownBytes);
        if (this.#takenBytes + missingBytes > this.#maxBytes) throw this.#exhausted();
        ownBytes += missingBytes;
        this.#takenBytes += missingBytes;
      },
      [Symbol.dispose]: () => {
        this.#takenBytes -= ownBytes;
        ownBytes = 0;
      },
    };
  }

  /** Who waits here would hold up the connection that brings what others wait for, so nobody does. */
  #exhausted(): RequestError {
    const message = `uploads that are being decoded already take ${this.#maxBytes} bytes; try again`;
    return new RequestError("resource-exhausted", message);
  }
}

export interface WindowShare extends Disposable {
  /** Throws RESOURCE_EXHAUSTED where there is no room. */
  grow(bytes: number): void;
}
