import type { AtomicFiles, BlockDevice } from "../../shared/adapters/disk/block-device.ts";

/** A device in memory that never fails. */
export class MemoryDevice implements BlockDevice {
  readonly sizeBytes: number;
  readonly bytes: Uint8Array;

  constructor(sizeBytes: number) {
    this.sizeBytes = sizeBytes;
    this.bytes = new Uint8Array(sizeBytes);
  }

  readNow(offset: number, target: Uint8Array): boolean {
    target.set(this.bytes.subarray(offset, offset + target.byteLength));
    return true;
  }

  read(offset: number, target: Uint8Array): Promise<void> {
    this.readNow(offset, target);
    return Promise.resolve();
  }

  write(offset: number, bytes: Uint8Array): Promise<void> {
    this.bytes.set(bytes, offset);
    return Promise.resolve();
  }

  sync(): Promise<void> {
    return Promise.resolve();
  }
}

/** Files in memory that never fail. */
export class MemoryFiles implements AtomicFiles {
  readonly #contents = new Map<string, Uint8Array>();

  read(name: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.#contents.get(name));
  }

  replace(name: string, content: Uint8Array): Promise<void> {
    this.#contents.set(name, content.slice());
    return Promise.resolve();
  }
}
