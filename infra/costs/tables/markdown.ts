/** A column of a table: its heading, and to which side its cells stand. */
export interface Column {
  readonly heading: string;
  readonly side: "left" | "right";
}

export function left(heading: string): Column {
  return { heading, side: "left" };
}

export function right(heading: string): Column {
  return { heading, side: "right" };
}

/** A table in Markdown, laid out as the formatter does it. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ heading }, index) =>
    Math.max(3, heading.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const laidOut = (cells: readonly string[]): string =>
    line(
      columns.map(({ side }, index) => {
        const [cell, width] = [cells[index] ?? "", widths[index] ?? 0];
        return side === "left" ? cell.padEnd(width) : cell.padStart(width);
      }),
    );
  const rule = columns.map(({ side }, index) => {
    const dashes = "-".repeat((widths[index] ?? 0) - 1);
    return side === "left" ? `${dashes}-` : `${dashes}:`;
  });
  return [laidOut(columns.map(({ heading }) => heading)), line(rule), ...rows.map(laidOut)].join(
    "\n",
  );
}

/** 1,800,000; small numbers with what matters of their fraction. */
export function count(value: number): string {
  const digits = value >= 100 ? 0 : 2;
  return value.toLocaleString("en-US", { maximumFractionDigits: digits });
}

/** Dollars and cents. */
export function cents(usd: number): string {
  return usd.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

/** Whole dollars. */
export function dollars(usd: number): string {
  return `$${usd.toLocaleString("en-US", { maximumFractionDigits: 0 })}`;
}

export function gigabytes(bytes: number): string {
  return `${count(bytes / 1e9)} GB`;
}
