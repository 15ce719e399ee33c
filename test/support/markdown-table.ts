/** A table whose columns line up, the first one to the left and numbers to the right. */
export function markdownTable(
  header: readonly string[],
  lines: readonly (readonly string[])[],
): string {
  const widths = header.map((title, column) =>
    Math.max(MIN_WIDTH, title.length, ...lines.map((cells) => cells[column]?.length ?? 0)),
  );
  const row = (cells: readonly string[]): string => {
    const padded = cells.map((cell, column) => {
      const width = widths[column] ?? 0;
      return column === 0 ? cell.padEnd(width) : cell.padStart(width);
    });
    return `| ${padded.join(" | ")} |`;
  };
  const rule = widths.map((width, column) =>
    column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`,
  );
  return [row(header), row(rule), ...lines.map(row)].join("\n");
}

/** As much as the line under the header takes. */
const MIN_WIDTH = 4;
