import { instruments as of } from "../../../shared/telemetry/instruments.ts";
import { label, line, q, type Row } from "../panel.ts";
import { sum } from "../promql.ts";

export const traffic: Row = {
  title: "Traffic",
  panels: [
    {
      title: "Requests by what they ask",
      help: "Requests that have ended, each second.",
      unit: "reqps",
      queries: [line(label("rpc"), q.rate(of.requests, ["rpc"]))],
    },
    {
      title: "Requests by how they end",
      help: "NOT_FOUND is a miss, and no trouble. INTERNAL, UNAVAILABLE and DATA_LOSS are ours.",
      unit: "reqps",
      queries: [line(label("code"), q.rate(of.requests, ["code"]))],
    },
    {
      title: "Requests by protocol",
      help: "Who comes over gRPC, and who over HTTP.",
      unit: "reqps",
      queries: [line(label("protocol"), q.rate(of.requests, ["protocol"]))],
    },
    {
      title: "Errors by class",
      help: "exhausted: what is stored is all under a lease. resource-exhausted: requests hold too much. corrupt: bytes on the disk have changed.",
      unit: "ops",
      queries: [line(label("error"), q.rate(of.errors, ["error"]))],
    },
    {
      title: "Bytes of entries",
      help: "What goes out (get) and what is stored (put), before any compression.",
      unit: "Bps",
      queries: [
        line(`${label("store")} ${label("verb")}`, q.rate(of.entryBytes, ["store", "verb"])),
      ],
    },
    {
      title: "Under way",
      help: "Requests that are being answered, and uploads that broke off and wait for their clients.",
      unit: "short",
      queries: [
        line("requests", sum([], q.series(of.requestsInFlight))),
        line(`uploads, ${label("state")}`, sum(["state"], q.series(of.uploads))),
      ],
    },
    {
      title: "Bytes held for them",
      help: "Request messages in memory, and what stores have set aside for uploads.",
      unit: "bytes",
      queries: [
        line("request messages", sum([], q.series(of.requestBytesHeld))),
        line(`uploads, ${label("state")}`, sum(["state"], q.series(of.uploadBytes))),
      ],
    },
  ],
};
