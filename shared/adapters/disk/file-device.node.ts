import { elapsedMs } from "../../clock.ts";
import { constants, readSync } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import type { BlockDevice } from "./block-device.ts";
import { CachedPlaces } from "./cached-places.ts";
import { fileTrouble } from "./file-trouble.ts";
import { GatheredWrites } from "./gathered-writes.node.ts";

/** What is read without giving others their turn: so long takes some tenths of a millisecond. */
const TURN_BYTES = 512 * 1024;

/** Above this, a write of its own is no dearer. */
const GATHERED_BYTES = 64 * 1024;

/**
 * A file, or a raw disk, through the operating system's cache. What is probably there is read at once: to have a thread read it
 * takes far longer.
 */
export class FileDevice implements BlockDevice, AsyncDisposable {
  readonly sizeBytes: number;
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #cached: CachedPlaces;
  readonly #small: GatheredWrites;
  /** Bytes that were read at once since others last had their turn. */
  #readInTurn = 0;
  #nextTurn: Promise<void> | undefined;

  private constructor(path: string, handle: FileHandle, sizeBytes: number) {
    this.#path = path;
    this.#handle = handle;
    this.sizeBytes = sizeBytes;
    this.#cached = new CachedPlaces(sizeBytes);
    this.#small = new GatheredWrites(async (at, pieces) => await this.#writePieces(at, pieces));
  }

  /** Opens or makes the file and gives it this size; a disk has to have it. Throws `StoreError`. */
  static async open(path: string, sizeBytes: number): Promise<FileDevice> {
    const handle = await attempt("open", path, async () => await openFile(path));
    try {
      await attempt("size", path, async () => await fitTo(handle, sizeBytes));
    } catch (error) {
      await handle.close();
      throw error;
    }
    return new FileDevice(path, handle, sizeBytes);
  }

  /** Opens for one thread what another thread of this process has open, and has made so large. Throws `StoreError`. */
  static async openAgain(path: string, sizeBytes: number): Promise<FileDevice> {
    const handle = await attempt("open", path, async () => await open(path, constants.O_RDWR));
    return new FileDevice(path, handle, sizeBytes);
  }

  /** Bytes of a raw disk. Throws `StoreError`. */
  static async sizeOf(path: string): Promise<number> {
    return await attempt("size", path, async () => {
      await using handle = await open(path, "r");
      let [known, beyond] = [0, 2 ** 50];
      const byte = new Uint8Array(1);
      while (known < beyond) {
        const middle = Math.floor((known + beyond) / 2);
        const { bytesRead } = await handle.read(byte, 0, 1, middle);
        if (bytesRead === 1) known = middle + 1;
        else beyond = middle;
      }
      return known;
    });
  }

  readNow(offset: number, target: Uint8Array): boolean {
    const { byteLength } = target;
    if (this.#readInTurn >= TURN_BYTES || !this.#cached.has(offset, byteLength)) return false;
    this.#readInTurn += byteLength;
    const beganMs = elapsedMs();
    try {
      return readSync(this.#handle.fd, target, 0, byteLength, offset) === byteLength;
    } catch {
      return false;
    } finally {
      this.#cached.tookMs(elapsedMs() - beganMs, byteLength);
    }
  }

  async read(offset: number, target: Uint8Array): Promise<void> {
    // Others that waited as well may have used the turn up.
    while (this.#isDueLater(offset, target)) await this.#nextTurnBegins();
    if (!this.readNow(offset, target)) await this.#readByThread(offset, target);
  }

  #isDueLater(offset: number, { byteLength }: Uint8Array): boolean {
    return this.#readInTurn >= TURN_BYTES && this.#cached.has(offset, byteLength);
  }

  async #nextTurnBegins(): Promise<void> {
    this.#nextTurn ??= new Promise((resolve) => {
      setImmediate(() => {
        this.#readInTurn = 0;
        this.#nextTurn = undefined;
        resolve();
      });
    });
    await this.#nextTurn;
  }

  async #readByThread(offset: number, target: Uint8Array): Promise<void> {
    await attempt("read", this.#path, async () => {
      let done = 0;
      while (done < target.byteLength) {
        const left = target.byteLength - done;
        const { bytesRead } = await this.#handle.read(target, done, left, offset + done);
        if (bytesRead === 0) throw new Error(`the file ends at ${offset + done}`);
        done += bytesRead;
      }
    });
    this.#cached.touch(offset, target.byteLength);
  }

  write(offset: number, bytes: Uint8Array): Promise<void> {
    const isSmall = bytes.byteLength <= GATHERED_BYTES;
    return isSmall ? this.#small.add(offset, bytes) : this.#writeAlone(offset, bytes);
  }

  async #writePieces(offset: number, pieces: readonly Uint8Array[]): Promise<void> {
    const [first] = pieces;
    if (first !== undefined && pieces.length === 1) return await this.#writeAlone(offset, first);
    const byteLength = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
    const isWritten = await attempt("write", this.#path, async () => {
      const { bytesWritten } = await this.#handle.writev(pieces, offset);
      return bytesWritten === byteLength;
    });
    if (isWritten) {
      this.#cached.touch(offset, byteLength);
      return;
    }
    // Whether the disk is full, only another write tells.
    let at = offset;
    for (const piece of pieces) {
      await this.#writeAlone(at, piece);
      at += piece.byteLength;
    }
  }

  async #writeAlone(offset: number, bytes: Uint8Array): Promise<void> {
    await attempt("write", this.#path, async () => {
      let done = 0;
      while (done < bytes.byteLength) {
        const left = bytes.byteLength - done;
        const { bytesWritten } = await this.#handle.write(bytes, done, left, offset + done);
        if (bytesWritten === 0) throw new Error("nothing more can be written");
        done += bytesWritten;
      }
    });
    this.#cached.touch(offset, bytes.byteLength);
  }

  async sync(): Promise<void> {
    await attempt("sync", this.#path, async () => await this.#handle.datasync());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}

/** A disk is opened exclusively: Linux then refuses one that is mounted, or that another process has. */
async function openFile(path: string): Promise<FileHandle> {
  const status = await stat(path).catch(() => undefined);
  const extra = status?.isBlockDevice() === true ? constants.O_EXCL : constants.O_CREAT;
  return await open(path, constants.O_RDWR | extra, 0o600);
}

/** Files are made as large as they should be, without taking room before it is used. */
async function fitTo(handle: FileHandle, sizeBytes: number): Promise<void> {
  const status = await handle.stat();
  if (status.isFile()) {
    if (status.size !== sizeBytes) await handle.truncate(sizeBytes);
    return;
  }
  const last = new Uint8Array(1);
  const { bytesRead } = await handle.read(last, 0, 1, sizeBytes - 1);
  if (bytesRead === 0)
    throw new Error(`it has fewer than ${sizeBytes} bytes; give a smaller --size`);
}

async function attempt<T>(what: string, path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    throw fileTrouble(what, path, cause);
  }
}
