/** What all pictures in reports look like, by day and by night; `own` are the classes of one picture for each. */
export function svgStyle(own: { readonly light: string; readonly dark: string }): string {
  return `<style>
text { font: 13px system-ui, sans-serif; fill: #1f2328; }
.title { font-weight: 600; font-size: 15px; }
.small { font-size: 11.5px; fill: #59636e; }
.page { fill: #ffffff; }
.grid { stroke: #d8dee4; }
${own.light}
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .small { fill: #9198a1; }
  .page { fill: #0d1117; }
  .grid { stroke: #30363d; }
  ${own.dark.replaceAll("\n", "\n  ")}
}
</style>`;
}

export interface SvgSize {
  readonly width: number;
  readonly height: number;
  /** What it shows, in words, for who cannot see it. */
  readonly label: string;
}

/** The beginning of a picture: its size, and its page. The end is `</svg>`. */
export function svgStart({ width, height, label }: SvgSize, style: string): readonly string[] {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(label)}">`,
    style,
    `<rect class="page" width="${width}" height="${height}"/>`,
  ];
}

export interface Line {
  readonly from: readonly [x: number, y: number];
  readonly to: readonly [x: number, y: number];
  readonly kind: string;
}

export function svgLine({ from, to, kind }: Line): string {
  const [x1, y1] = from.map(px);
  const [x2, y2] = to.map(px);
  return `<line class="${kind}" x1="${x1}" x2="${x2}" y1="${y1}" y2="${y2}"/>`;
}

export function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

export function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

/** Lines of at most so many letters. */
export function wrapText(text: string, letters: number): readonly string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.at(-1) ?? "";
    if (last.length + word.length < letters) lines[lines.length - 1] = `${last} ${word}`.trim();
    else lines.push(word);
  }
  return lines;
}
