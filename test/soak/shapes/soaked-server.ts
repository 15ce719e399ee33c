import type { LoadOrder } from "../load/load-order.ts";

/** A server that is soaked, in a process of its own. */
export interface SoakedServer extends AsyncDisposable {
  readonly url: string;
  /** `HOST:PORT`. */
  readonly address: string;
  readonly pid: number;
  /** How long it keeps what it has promised, by our clock. */
  readonly leaseMs: number;
  /** How it can be spoken to. */
  readonly ways: Pick<LoadOrder, "protocols" | "httpVersion" | "resumes" | "mostBlobBytes">;
  /** How much may be uploaded, so that no lease stands in the way. */
  readonly uploadBytesPerSecond: number;
  /** Where it keeps what it stores, where that can be seen. */
  readonly folder: string | undefined;
  /** What it tells in `/metrics`; nothing, where it has none. */
  metrics(): Promise<string>;
  /** What is alive in its JavaScript heap once garbage has been collected, where that can be asked for. */
  liveHeapBytes(): Promise<number | undefined>;
  /** What it has told of trouble. */
  log(): string;
  /** As many descriptors may be left over of what it runs in. */
  readonly ownDescriptors: number;
  /** What a reader has to know of how it runs. */
  readonly notes: string;
}
