import type { ServiceBilling } from "./platform.ts";
import { DAYS_A_MONTH } from "./retention.ts";
import { sum, type Usage } from "./usage.ts";
import { dayOf, type Workload } from "./workload.ts";

/** A month of answering requests, and of sending blobs out, whatever keeps them. */
export function serviceMonth(service: ServiceBilling, workload: Workload): Usage {
  const { requests, uploadedBytes, downloadedBytes } = dayOf(workload);
  const moved = ((uploadedBytes + downloadedBytes) / 1e9) * DAYS_A_MONTH;
  const sent = (downloadedBytes / 1e9) * DAYS_A_MONTH;
  return sum(
    service.month(requests * DAYS_A_MONTH, moved),
    service.egress === undefined ? {} : { [service.egress]: sent },
  );
}
