import { rows } from "./all-rows.ts";
import type { Panel, Row } from "./panel.ts";
import { instruments } from "../../shared/telemetry/instruments.ts";

/** How wide Grafana's grid is, and how much of it a panel takes. */
const GRID = 24;
const WIDTH = 8;
const HEIGHT = 8;

const source = { type: "prometheus", uid: "${source}" };

interface Place {
  readonly h: number;
  readonly w: number;
  readonly x: number;
  readonly y: number;
}

/** A dashboard in Grafana's classic form, which every version since 8 imports. */
export function dashboard(): object {
  return {
    uid: "hayloft",
    title: "Hayloft",
    description: "A remote build cache: made from its list of instruments.",
    tags: ["hayloft"],
    schemaVersion: 39,
    editable: true,
    graphTooltip: 1,
    refresh: "1m",
    time: { from: "now-6h", to: "now" },
    templating: {
      list: [
        { name: "source", label: "Prometheus", type: "datasource", query: "prometheus" },
        {
          name: "job",
          type: "query",
          datasource: source,
          query: {
            query: `label_values(${instruments.buildInfo.name}, job)`,
            refId: "jobs",
          },
          refresh: 2,
          includeAll: true,
          allValue: ".+",
          multi: true,
          current: { text: "All", value: "$__all" },
        },
      ],
    },
    panels: placed(rows),
  };
}

/** Rows from top to bottom, each with as many panels beside each other as fit. */
function placed(all: readonly Row[]): readonly object[] {
  const shown: object[] = [];
  let y = 0;
  for (const { title, panels } of all) {
    const heading = { h: 1, w: GRID, x: 0, y };
    shown.push({ id: shown.length + 1, type: "row", title, gridPos: heading, panels: [] });
    y += 1;
    for (const [index, panel] of panels.entries()) {
      const across = index % (GRID / WIDTH);
      if (index > 0 && across === 0) y += HEIGHT;
      shown.push(
        timeSeries(shown.length + 1, panel, { h: HEIGHT, w: WIDTH, x: across * WIDTH, y }),
      );
    }
    y += HEIGHT;
  }
  return shown;
}

function timeSeries(id: number, { title, help, unit, queries }: Panel, gridPos: Place): object {
  return {
    id,
    type: "timeseries",
    title,
    description: help,
    datasource: source,
    gridPos,
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        ...(unit === "percentunit" ? { max: 1 } : {}),
        custom: { fillOpacity: 10, showPoints: "never" },
      },
      overrides: [],
    },
    options: {
      legend: { displayMode: "list", placement: "bottom" },
      tooltip: { mode: "multi", sort: "desc" },
    },
    targets: queries.map(({ expression, legend }, index) => ({
      refId: String.fromCodePoint(65 + index),
      datasource: source,
      expr: expression,
      legendFormat: legend,
    })),
  };
}
