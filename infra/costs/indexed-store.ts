import { eventsOf } from "./events.ts";
import type { Platform } from "./platform.ts";
import { DAYS_A_MONTH } from "./retention.ts";
import { serviceMonth } from "./service.ts";
import { sum, times, type Usage } from "./usage.ts";
import { dayOf, meanOf, type Workload } from "./workload.ts";

/** A month of the indexed store: its table, its bucket, and the service in front of them. */
export function indexedMonth(platform: Platform, workload: Workload, inlineBytes: number): Usage {
  const { table, bucket, service } = platform;
  const events = eventsOf(platform, workload, inlineBytes);
  const { tableBytes, objectBytes } = storedBytes(platform, workload, inlineBytes);
  const daily = sum(
    ...events.map(({ perDay, usage }) => times(perDay, usage)),
    table.findExpired(tableBytes),
  );
  return sum(
    times(DAYS_A_MONTH, daily),
    serviceMonth(service, workload),
    { [table.storage]: tableBytes / 1e9 },
    { [bucket.storage]: objectBytes / 1e9 },
  );
}

/** What is stored once as much is swept as is uploaded. */
export function storedBytes(
  { table }: Platform,
  workload: Workload,
  inlineBytes: number,
): { readonly tableBytes: number; readonly objectBytes: number } {
  const { liveBlobs, liveActions } = dayOf(workload);
  const isInline = (bytes: number): boolean => bytes <= inlineBytes;
  const rowBytes = meanOf(workload, ({ bytes }) => table.storedBytes(isInline(bytes) ? bytes : 0));
  return {
    tableBytes: liveBlobs * rowBytes + liveActions * table.storedBytes(workload.actionBytes),
    objectBytes: liveBlobs * meanOf(workload, ({ bytes }) => (isInline(bytes) ? 0 : bytes)),
  };
}
