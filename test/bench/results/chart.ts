import { escapeXml, px, svgLine, svgStart, svgStyle, wrapText } from "../../support/svg.ts";
import { compare } from "./rates.ts";
import type { Report } from "./report.ts";

const WIDTH = 860;
const LABELS_WIDTH = 250;
const RIGHT = 150;
const TOP = 64;
const ROW = 26;
const BAR = 14;
const CAPTION_LINE = 17;
const CAPTION_LETTERS = 125;

/** A bar for each work: how many times the better peer's rate Hayloft has, with the goal as a mark. */
export function chart(report: Report): string {
  const { rows, columns } = report;
  const own = columns.ours[0] ?? "";
  const bars = rows.flatMap((row) => {
    const found = compare(row, own, columns.peers);
    return found === undefined ? [] : [{ name: row.name, goal: row.goal, ...found }];
  });
  const most = Math.ceil(Math.max(2, ...bars.flatMap(({ ratio, goal }) => [ratio, goal])));
  const x = (ratio: number): number =>
    LABELS_WIDTH + (ratio / most) * (WIDTH - LABELS_WIDTH - RIGHT);
  const bottom = TOP + bars.length * ROW;
  const caption = captionOf(report);
  const height = bottom + 34 + caption.length * CAPTION_LINE;
  const step = Math.ceil(most / 8);
  const ticks = Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step);
  return [
    ...svgStart({ width: WIDTH, height, label: summary(bars) }, STYLE),
    `<text class="title" x="16" y="26">${escapeXml(own)}'s rate, as a multiple of the better of ${escapeXml(columns.peers.join(" and "))}</text>`,
    `<text class="small" x="16" y="46">longer is faster; the line at 1 is the better peer, a mark is the goal</text>`,
    ...ticks.flatMap((tick) => [
      line(x(tick), { from: TOP - 4, to: bottom, kind: tick === 1 ? "peer" : "grid" }),
      `<text class="small" text-anchor="middle" x="${px(x(tick))}" y="${bottom + 15}">${tick}</text>`,
    ]),
    ...(ticks.includes(1) ? [] : [line(x(1), { from: TOP - 4, to: bottom, kind: "peer" })]),
    ...bars.flatMap(({ name, goal, peer, ratio, meetsGoal }, index) => {
      const y = TOP + index * ROW;
      const middle = y + BAR / 2 + 4.5;
      const end = Math.max(x(ratio), x(goal) + 3);
      return [
        `<text text-anchor="end" x="${LABELS_WIDTH - 10}" y="${px(middle)}">${escapeXml(name)}</text>`,
        `<rect class="${meetsGoal ? "met" : "short"}" x="${LABELS_WIDTH}" y="${y}" width="${px(x(ratio) - LABELS_WIDTH)}" height="${BAR}" rx="2"/>`,
        line(x(goal), { from: y - 3, to: y + BAR + 3, kind: "goal" }),
        `<text x="${px(end + 7)}" y="${px(middle)}">${ratio.toFixed(2)} × ${escapeXml(peer)}</text>`,
      ];
    }),
    ...caption.map(
      (text, index) =>
        `<text class="small" x="16" y="${bottom + 40 + index * CAPTION_LINE}">${escapeXml(text)}</text>`,
    ),
    "</svg>\n",
  ].join("\n");
}

const STYLE = svgStyle({
  light: `.met { fill: #1a7f5a; }
.short { fill: #b4690e; }
.peer { stroke: #59636e; stroke-width: 1.5; }
.goal { stroke: #1f2328; stroke-width: 2.5; }`,
  dark: `.met { fill: #3fb68b; }
.short { fill: #d29922; }
.peer { stroke: #9198a1; }
.goal { stroke: #e6edf3; }`,
});

interface Bar {
  readonly name: string;
  readonly ratio: number;
  readonly peer: string;
}

function summary(bars: readonly Bar[]): string {
  return bars
    .map(({ name, ratio, peer }) => `${name}: ${ratio.toFixed(2)} times ${peer}`)
    .join("; ");
}

function captionOf({ date, machine, servers }: Report): readonly string[] {
  const versions = servers.map(({ name, version }) => `${name} ${version}`).join(", ");
  return wrapText(
    `${date}, ${machine}. ${versions}. Green bars meet the goal, amber ones do not yet.`,
    CAPTION_LETTERS,
  );
}

function line(
  at: number,
  { from, to, kind }: { from: number; to: number; kind: "grid" | "peer" | "goal" },
): string {
  return svgLine({ from: [at, from], to: [at, to], kind });
}
