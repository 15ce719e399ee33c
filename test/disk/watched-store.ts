import { DiskActionStore } from "../../shared/adapters/disk/disk-action-store.ts";
import { DiskBlobStore } from "../../shared/adapters/disk/disk-blob-store.ts";
import { deviceSizes, type Geometry } from "../../shared/adapters/disk/geometry.ts";
import { openLocatedStore, type OpenStore } from "../../shared/adapters/disk/open-located-store.ts";
import { bodyOf } from "../support/bodies.ts";
import { readAll } from "../support/bytes.ts";
import type { TestBlob } from "../support/blobs.ts";
import { callFor } from "../support/calls.ts";
import { ManualClock } from "../support/clock.ts";
import { smallGeometry } from "../support/disk-under-test.ts";
import { webHashers } from "../support/web-hashers.ts";
import { WatchedDevice, WatchedFiles } from "./watched-device.ts";

export const leaseMs = 60_000;

/** A store on devices under watch, which outlive it: `reopen` is a restart. */
export class WatchedStore {
  readonly geometry: Geometry;
  readonly clock = new ManualClock();
  readonly blockDevice: WatchedDevice;
  readonly mapDevice: WatchedDevice;
  readonly files = new WatchedFiles();
  readonly log: string[] = [];
  /** How often something has changed that a checkpoint would make safe. */
  changes = 0;
  #open: OpenStore | undefined;
  #blobs: DiskBlobStore | undefined;
  #actions: DiskActionStore | undefined;

  private constructor(geometry: Geometry) {
    this.geometry = geometry;
    const sizes = deviceSizes(geometry);
    this.blockDevice = new WatchedDevice(sizes.blocks);
    this.mapDevice = new WatchedDevice(sizes.map);
  }

  static async open(changes: Partial<Geometry> = {}): Promise<WatchedStore> {
    const store = new WatchedStore({ ...smallGeometry, ...changes });
    await store.reopen();
    return store;
  }

  /** What a process finds that starts now, whatever the last one was about to do. */
  async reopen(): Promise<void> {
    this.#open = await openLocatedStore({
      parts: { blocks: this.blockDevice, map: this.mapDevice, files: this.files },
      geometry: this.geometry,
      leaseMs,
      now: () => this.clock.now(),
      reformat: false,
      onCorrupt: (what) => void this.log.push(what),
      onChange: () => void (this.changes += 1),
    });
    const { store } = this.#open;
    this.#blobs = new DiskBlobStore({ store, hashers: webHashers, now: () => this.clock.now() });
    this.#actions = new DiskActionStore({
      store,
      hashers: webHashers,
      now: () => this.clock.now(),
    });
  }

  /** Ends it in order. */
  async close(): Promise<void> {
    await this.open.close();
  }

  get open(): OpenStore {
    return given(this.#open);
  }

  get blobs(): DiskBlobStore {
    return given(this.#blobs);
  }

  get actions(): DiskActionStore {
    return given(this.#actions);
  }

  async put({ digest, bytes }: TestBlob): Promise<void> {
    await this.blobs.put(digest, bodyOf(bytes), callFor());
  }

  async read({ digest }: TestBlob): Promise<Uint8Array | undefined> {
    const source = await this.blobs.get(digest, { offset: 0 }, callFor());
    return source === undefined ? undefined : await readAll(source);
  }

  async isMissing({ digest }: TestBlob): Promise<boolean> {
    return (await this.blobs.findMissing([digest], callFor())).length > 0;
  }
}

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the store is not open");
  return value;
}
