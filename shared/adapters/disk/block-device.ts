/**
 * A fixed number of bytes that outlive the process: a file, a raw disk, memory in tests. Trouble is a `StoreError`:
 * "exhausted" where the disk is full, "unavailable" otherwise. Reads and writes of other ranges may run at the same time.
 */
export interface BlockDevice {
  readonly sizeBytes: number;
  /**
   * Fills `target` from `offset` where nothing has to be waited for. Whether it has; not where anything is wrong, which `read` then tells.
   */
  readNow(offset: number, target: Uint8Array): boolean;
  /** Fills `target` from `offset`. */
  read(offset: number, target: Uint8Array): Promise<void>;
  /** Writes all of `bytes`. They survive the process once this resolves, and a power cut once a later `sync` does. */
  write(offset: number, bytes: Uint8Array): Promise<void>;
  /** Resolves when everything written before the call survives a power cut. */
  sync(): Promise<void>;
}

/** Small files that are replaced whole: after a crash each has its old content or its new, and never a mixture. */
export interface AtomicFiles {
  /** The content; `undefined` where there is no such file. */
  read(name: string): Promise<Uint8Array | undefined>;
  /** Resolves when the new content survives a power cut. */
  replace(name: string, content: Uint8Array): Promise<void>;
}
