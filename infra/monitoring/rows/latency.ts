import { instruments as of } from "../../../shared/telemetry/instruments.ts";
import { label, line, q, type Row } from "../panel.ts";

export const latency: Row = {
  title: "Latency",
  panels: [
    {
      title: "First byte, median",
      help: "Time from a request's headers to the first byte of its answer: what the server takes.",
      unit: "s",
      queries: [line(label("rpc"), q.quantile(0.5, of.firstByteSeconds, ["rpc"]))],
    },
    {
      title: "First byte, 99th percentile",
      help: "The same, for the slowest of a hundred.",
      unit: "s",
      queries: [line(label("rpc"), q.quantile(0.99, of.firstByteSeconds, ["rpc"]))],
    },
    {
      title: "Whole request, median",
      help: "Time to the end of the answer: with large blobs, what the network and the client take, too.",
      unit: "s",
      queries: [line(label("rpc"), q.quantile(0.5, of.requestSeconds, ["rpc"]))],
    },
    {
      title: "Whole request, 99th percentile",
      help: "The same, for the slowest of a hundred.",
      unit: "s",
      queries: [line(label("rpc"), q.quantile(0.99, of.requestSeconds, ["rpc"]))],
    },
  ],
};
