import type { DiskShare } from "../../../shared/adapters/disk/shared-disk.node.ts";
import type { ActionStore } from "../../../shared/stores/action-store.ts";
import type { BlobStore } from "../../../shared/stores/blob-store.ts";
import type { ChunkListStore } from "../../../shared/stores/chunk-list-store.ts";
import type { PurgeStore } from "../../../shared/stores/purge-store.ts";
import type { StoreProbe } from "../../../shared/stores/store-probe.ts";
import type { TransferStore } from "../../../shared/stores/transfer-store.ts";
import type { Log } from "../../../shared/telemetry/log.ts";
import type { Metric } from "../../../shared/telemetry/metric.ts";
import type { ServeOptions } from "../options/options.node.ts";
import { openDisk } from "./open-disk.node.ts";
import { openMemory } from "./open-memory.node.ts";

/** What is served. */
export interface ServedStores {
  readonly blobs: BlobStore;
  readonly actions: ActionStore;
  readonly chunkLists: ChunkListStore;
  readonly purges: PurgeStore;
  readonly transfers?: TransferStore | undefined;
  /** What tells whether they answer, where it is not they themselves. */
  readonly probes?: readonly StoreProbe[];
}

/** The stores of a server, and what a person may know of them. */
export interface OpenStores extends ServedStores, AsyncDisposable {
  /** One sentence. */
  readonly description: string;
  metrics(): readonly Metric[];
  /** Takes in another thread, where that can be. */
  readonly share?: () => DiskShare;
}

/** Opens what the flags ask for. Throws `StoreError` or `UsageError`. */
export async function openStores(options: ServeOptions, log: Log): Promise<OpenStores> {
  switch (options.store) {
    case "memory":
      return openMemory(options);
    case "disk":
      return await openDisk(options, log);
    case "s3+dynamodb": {
      // Only where it is asked for: the SDK takes a while to load.
      const { openAws } = await import("./open-aws.node.ts");
      return await openAws(options, log);
    }
  }
}
