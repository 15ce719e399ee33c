import type { Instrument } from "../../shared/telemetry/instrument.ts";
import { allInstruments } from "../../shared/telemetry/instruments.ts";
import { label, line, type Panel, q, type Row } from "./panel.ts";
import { hits } from "./rows/hits.ts";
import { indexedStore } from "./rows/indexed-store.ts";
import { latency } from "./rows/latency.ts";
import { localStores } from "./rows/local-stores.ts";
import { processes } from "./rows/processes.ts";
import { tracesAndLog } from "./rows/traces-and-log.ts";
import { traffic } from "./rows/traffic.ts";

const chosen: readonly Row[] = [
  traffic,
  latency,
  hits,
  localStores,
  indexedStore,
  processes,
  tracesAndLog,
];

/** Everything that is shown. What nobody has chosen a place for stands in the last row. */
export const rows: readonly Row[] = withTheRest(chosen);

function withTheRest(given: readonly Row[]): readonly Row[] {
  const shown = given
    .flatMap(({ panels }) => panels)
    .flatMap(({ queries }) => queries)
    .map(({ expression }) => expression)
    .join("\n");
  const rest = allInstruments.filter(({ name }) => !new RegExp(`\\b${name}`).test(shown));
  return rest.length === 0 ? given : [...given, { title: "More", panels: rest.map(plainPanel) }];
}

function plainPanel(instrument: Instrument): Panel {
  const { name, help, labels } = instrument;
  const legend = labels.length === 0 ? name : labels.map(label).join(" ");
  return { title: name, help, unit: "short", queries: [line(legend, plainQuery(instrument))] };
}

function plainQuery(instrument: Instrument): string {
  const { type, labels } = instrument;
  if (type === "gauge") return q.series(instrument);
  return type === "counter" ? q.rate(instrument, labels) : q.quantile(0.99, instrument, labels);
}
