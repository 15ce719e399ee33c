import { awsParts } from "../../shared/adapters/aws/aws-parts.node.ts";
import {
  createIndexedStores,
  type IndexedStores,
} from "../../shared/stores/indexed/indexed-stores.ts";
import { IndexedTransfers } from "../../shared/stores/indexed/indexed-transfers.ts";
import type { PurgeStore } from "../../shared/stores/purge-store.ts";
import type { TransferStore } from "../../shared/stores/transfer-store.ts";
import type { Meter } from "../../shared/telemetry/meter.ts";
import { awsServices, tracedParts } from "../telemetry/traced-parts.ts";
import type { Settings } from "./settings.node.ts";

/** The stores of a bucket and a table. No request is made before the first one needs it. */
export function openStores(
  settings: Settings,
  meter: Meter,
): IndexedStores & { readonly purges: PurgeStore; readonly transfers: TransferStore } {
  const parts = tracedParts(awsParts(settings, meter), awsServices, settings.traces);
  const { purges } = parts;
  return { ...createIndexedStores(parts), purges, transfers: new IndexedTransfers(parts) };
}
