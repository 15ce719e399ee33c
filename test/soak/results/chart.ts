import { MIB } from "../../support/bytes.ts";
import { escapeXml, px, svgLine, svgStart, svgStyle, wrapText } from "../../support/svg.ts";
import type { Sample } from "../sampling/sample.ts";
import type { SoakReport } from "./report.ts";

const WIDTH = 860;
const LEFT = 64;
const RIGHT = 20;
const TOP = 66;
const PANEL = 190;
const GAP = 46;
const CAPTION_LINE = 17;
const CAPTION_LETTERS = 125;
const TICKS = 4;

/** One curve of a panel. */
interface Curve {
  readonly kind: "one" | "other";
  readonly name: string;
  readonly of: (sample: Sample) => number | undefined;
}

interface Panel {
  readonly title: string;
  readonly curves: readonly Curve[];
}

const panels: readonly Panel[] = [
  {
    title: "MiB of memory",
    curves: [
      { kind: "one", name: "resident", of: ({ residentBytes }) => residentBytes / MIB },
      {
        kind: "other",
        name: "JavaScript heap",
        of: ({ heapBytes }) => (heapBytes === undefined ? undefined : heapBytes / MIB),
      },
    ],
  },
  {
    title: "open descriptors",
    curves: [{ kind: "one", name: "files and sockets", of: ({ descriptors }) => descriptors }],
  },
];

/** Memory above descriptors, from before the load until after it. */
export function chart(report: SoakReport): string {
  const { samples, shape, date, machine } = report;
  const bottom = TOP + panels.length * (PANEL + GAP);
  const caption = wrapText(
    `${date}, ${machine}, at ${report.commit}. The server is idle before the first dashed line and after the second.`,
    CAPTION_LETTERS,
  );
  const height = bottom + 6 + caption.length * CAPTION_LINE;
  const minutes = Math.round(report.minutes);
  const label = `memory and open descriptors over ${minutes} minutes of load`;
  return [
    ...svgStart({ width: WIDTH, height, label }, STYLE),
    `<text class="title" x="16" y="26">${escapeXml(`${shape}: ${label}`)}</text>`,
    ...panels.flatMap((panel, index) => drawn(panel, samples, TOP + index * (PANEL + GAP))),
    ...caption.map(
      (text, index) =>
        `<text class="small" x="16" y="${bottom + index * CAPTION_LINE}">${escapeXml(text)}</text>`,
    ),
    "</svg>\n",
  ].join("\n");
}

const STYLE = svgStyle({
  light: `.one { stroke: #1a7f5a; }
.other { stroke: #8250df; }
.curve { fill: none; stroke-width: 1.5; stroke-linejoin: round; }
.edge { stroke: #59636e; stroke-dasharray: 4 3; }`,
  dark: `.one { stroke: #3fb68b; }
.other { stroke: #a371f7; }
.edge { stroke: #9198a1; }`,
});

function drawn({ title, curves }: Panel, samples: readonly Sample[], top: number): string[] {
  const shown = curves.flatMap(({ of, ...curve }) => {
    const points = samples.flatMap((sample) => {
      const value = of(sample);
      return value === undefined ? [] : [{ minute: sample.seconds / 60, value }];
    });
    return points.length === 0 ? [] : [{ ...curve, points }];
  });
  const times = samples.map(({ seconds }) => seconds / 60);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const step = tickStep(
    Math.max(...shown.flatMap(({ points }) => points.map(({ value }) => value))),
  );
  const most = step * TICKS;
  const x = (minute: number): number =>
    LEFT + ((minute - first) / (last - first || 1)) * (WIDTH - LEFT - RIGHT);
  const y = (value: number): number => top + PANEL - (value / most) * PANEL;
  const load = samples.filter(({ phase }) => phase === "load");
  const edges = [load[0], load.at(-1)].flatMap((edge) => edge ?? []);
  const end = x((load.at(-1)?.seconds ?? 0) / 60);
  return [
    `<text class="small" x="16" y="${top - 10}">${escapeXml(title)}</text>`,
    ...Array.from({ length: TICKS + 1 }, (_, index) => index * step).flatMap((value) => [
      svgLine({ from: [LEFT, y(value)], to: [WIDTH - RIGHT, y(value)], kind: "grid" }),
      `<text class="small" text-anchor="end" x="${LEFT - 8}" y="${px(y(value) + 4)}">${value}</text>`,
    ]),
    ...minuteTicks(last).map(
      (minute) =>
        `<text class="small" text-anchor="middle" x="${px(x(minute))}" y="${top + PANEL + 16}">${minute} min</text>`,
    ),
    ...edges.map(({ seconds }) => {
      const at = x(seconds / 60);
      return svgLine({ from: [at, top], to: [at, top + PANEL], kind: "edge" });
    }),
    ...shown.flatMap(({ kind, name, points }) => {
      const path = points.map(({ minute, value }) => `${px(x(minute))},${px(y(value))}`).join(" ");
      const highest = points.reduce((one, other) => (other.value > one.value ? other : one));
      return [
        `<polyline class="curve ${kind}" points="${path}"/>`,
        `<text class="small" text-anchor="end" x="${px(end - 8)}" y="${px(y(highest.value) - 6)}">${escapeXml(name)}</text>`,
      ];
    }),
  ];
}

/** Between two ticks of an axis that begins at 0: a number that people count in. */
function tickStep(most: number): number {
  const least = Math.max(most, 1) / TICKS;
  const tens = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 2.5, 5, 10].map((times) => times * tens).find((step) => step >= least) ?? least;
}

function minuteTicks(last: number): readonly number[] {
  const step = [1, 2, 5, 10].find((minutes) => last / minutes <= 10) ?? 15;
  return Array.from({ length: Math.floor(last / step) + 1 }, (_, index) => index * step);
}
