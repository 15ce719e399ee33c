import type { AtomicFiles, BlockDevice } from "../../shared/adapters/disk/block-device.ts";
import { MemoryDevice, MemoryFiles } from "../support/memory-device.ts";

/** A device in memory that counts what is written to it, and on which a test may lay hands. */
export class WatchedDevice implements BlockDevice {
  readonly sizeBytes: number;
  readonly bytes: Uint8Array;
  writtenBytes = 0;
  writes = 0;
  /** Run before each operation; what they throw is its error. */
  beforeRead: (offset: number, length: number) => Promise<void> | void = () => undefined;
  beforeWrite: (offset: number, length: number) => Promise<void> | void = () => undefined;
  beforeSync: () => Promise<void> | void = () => undefined;
  readonly #device: MemoryDevice;

  constructor(sizeBytes: number) {
    this.#device = new MemoryDevice(sizeBytes);
    this.sizeBytes = sizeBytes;
    this.bytes = this.#device.bytes;
  }

  /** Tests wait for every read. */
  readNow(): boolean {
    return false;
  }

  async read(offset: number, target: Uint8Array): Promise<void> {
    await this.beforeRead(offset, target.byteLength);
    await this.#device.read(offset, target);
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    const copy = bytes.slice();
    await this.beforeWrite(offset, copy.byteLength);
    this.writes += 1;
    this.writtenBytes += copy.byteLength;
    await this.#device.write(offset, copy);
  }

  async sync(): Promise<void> {
    await this.beforeSync();
    await this.#device.sync();
  }
}

/** Files in memory whose replacement a test may make fail, before it happens or after. */
export class WatchedFiles implements AtomicFiles {
  beforeReplace: (name: string) => void = () => undefined;
  afterReplace: (name: string) => void = () => undefined;
  readonly #files = new MemoryFiles();

  async read(name: string): Promise<Uint8Array | undefined> {
    return await this.#files.read(name);
  }

  async replace(name: string, content: Uint8Array): Promise<void> {
    this.beforeReplace(name);
    await this.#files.replace(name, content);
    this.afterReplace(name);
  }
}
