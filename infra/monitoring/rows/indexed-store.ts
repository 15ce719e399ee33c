import { instruments as of } from "../../../shared/telemetry/instruments.ts";
import { label, line, q, type Row } from "../panel.ts";

export const indexedStore: Row = {
  title: "S3 and DynamoDB",
  panels: [
    {
      title: "Leases renewed",
      help: "About one for each blob in use and day.",
      unit: "ops",
      queries: [line(label("row"), q.rate(of.leasesRenewed, ["row"]))],
    },
    {
      title: "Swept",
      help: "Rows out of lease or over the quota, and the objects of either; orphans are what uploads left that broke off.",
      unit: "ops",
      queries: [line(label("kind"), q.rate(of.swept, ["kind"]))],
    },
    {
      title: "Time of a sweep, 99th percentile",
      help: "By how it ended.",
      unit: "s",
      queries: [line(label("code"), q.quantile(0.99, of.sweepSeconds, ["code"]))],
    },
    {
      title: "Billed operations",
      help: "What the bill of the cloud counts, each second.",
      unit: "ops",
      queries: [
        line(
          `${label("service")} ${label("operation")}`,
          q.rate(of.billedOperations, ["service", "operation"]),
        ),
      ],
    },
  ],
};
