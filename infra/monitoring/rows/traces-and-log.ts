import { instruments as of } from "../../../shared/telemetry/instruments.ts";
import { line, q, type Row } from "../panel.ts";

export const tracesAndLog: Row = {
  title: "Traces and log",
  panels: [
    {
      title: "Spans",
      help: "Dropped ones were taken by no collector: it could not be reached, refused them, or was too slow.",
      unit: "ops",
      queries: [
        line("exported", q.rate(of.spansExported)),
        line("dropped", q.rate(of.spansDropped)),
      ],
    },
    {
      title: "Lines of the log that were dropped",
      help: "Whoever reads the log does not keep up.",
      unit: "ops",
      queries: [line("dropped", q.rate(of.logLinesDropped))],
    },
  ],
};
