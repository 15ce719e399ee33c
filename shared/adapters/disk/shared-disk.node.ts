import { setImmediate } from "node:timers";
import { MessageChannel, type MessagePort } from "node:worker_threads";
import type { Hashers } from "../../digest/hasher.ts";
import type { Metric } from "../../telemetry/metric.ts";
import type { ActionStore } from "../../stores/action-store.ts";
import type { BlobStore } from "../../stores/blob-store.ts";
import type { ChunkListStore } from "../../stores/chunk-list-store.ts";
import { EntryChunkLists } from "../../stores/entry-chunk-lists.ts";
import type { PurgeStore } from "../../stores/purge-store.ts";
import { DiskActionStore } from "./disk-action-store.ts";
import { DiskBlobStore } from "./disk-blob-store.ts";
import { DiskPurgeStore } from "./disk-purge-store.node.ts";
import { EntriesDesk } from "./entries-desk.ts";
import { FileDevice } from "./file-device.node.ts";
import { deviceSizes } from "./geometry.ts";
import type { OpenStore } from "./open-located-store.ts";
import type { Answer, Message } from "./owner-messages.ts";
import { PortLine } from "./port-line.node.ts";
import { SharedEntries } from "./shared-entries.ts";
import type { StoreMemory } from "./store-memory.ts";
import { lookupMetrics } from "./store-metrics.ts";

/** What another thread needs to share one store; goes to one thread only. */
export interface StoreShare {
  readonly memory: StoreMemory;
  /** The file or disk of its blocks. */
  readonly blocks: string;
  readonly port: MessagePort;
}

/** What another thread needs to share the stores of a data folder. */
export interface DiskShare {
  readonly blobs: StoreShare;
  readonly actions: StoreShare;
  /** The folder of the purges. */
  readonly purges: string;
}

/** For the owner of a store: takes in another thread. */
export function shareStore(
  open: OpenStore,
  options: { blocks: string; hashers: Hashers; onChange: () => void },
): StoreShare {
  const { blocks, hashers, onChange } = options;
  const { port1, port2 } = new MessageChannel();
  const desk = new EntriesDesk({
    store: open.store,
    table: open.table,
    line: new PortLine<Answer, Message>(port1),
    hashers,
    onChange,
    soon: setImmediate,
  });
  desk.begin();
  port1.once("close", () => desk.end());
  return { memory: open.memory, blocks, port: port2 };
}

/** The stores of a data folder that another thread owns. */
export interface SharedDisk extends AsyncDisposable {
  readonly blobs: BlobStore;
  readonly actions: ActionStore;
  readonly chunkLists: ChunkListStore;
  readonly purges: PurgeStore;
  /** What this thread adds to the owner's. */
  metrics(): readonly Metric[];
}

/** Opens the stores that the owner shares. Throws `StoreError`. */
export async function openSharedDisk(
  share: DiskShare,
  { hashers, now }: { hashers: Hashers; now: () => number },
): Promise<SharedDisk> {
  const closing = new AsyncDisposableStack();
  try {
    const blobs = await openEntries(share.blobs, now, closing);
    const actions = await openEntries(share.actions, now, closing);
    return {
      blobs: new DiskBlobStore({ store: blobs, hashers, now }),
      actions: new DiskActionStore({ store: actions, hashers, now }),
      chunkLists: new EntryChunkLists(
        new DiskActionStore({ store: actions, hashers, now, kind: "chunks" }),
      ),
      purges: new DiskPurgeStore({ folder: share.purges, isShared: true }),
      metrics: () => [
        ...lookupMetrics("blobs", blobs.counts),
        ...lookupMetrics("actions", actions.counts),
      ],
      [Symbol.asyncDispose]: async () => await closing.disposeAsync(),
    };
  } catch (error) {
    await closing.disposeAsync();
    throw error;
  }
}

async function openEntries(
  { memory, blocks, port }: StoreShare,
  now: () => number,
  closing: AsyncDisposableStack,
): Promise<SharedEntries> {
  const sizeBytes = deviceSizes(memory.geometry).blocks;
  const device = closing.use(await FileDevice.openAgain(blocks, sizeBytes));
  closing.defer(() => port.close());
  const line = new PortLine<Message, Answer>(port);
  return new SharedEntries({ memory, device, line, now, soon: setImmediate });
}
