import type { BlobIndex, FullRow, Row } from "./blob-index.ts";
import { referenceBytes } from "./row-key.ts";

/** The row without what makes it large. */
export function withoutContent(full: FullRow): Row {
  const { content: _, references: __, ...row } = full;
  return row;
}

/** What counts against `BlobIndex.maxRowBytes`. */
export function rowBytes({ content, references }: Pick<FullRow, "content" | "references">): number {
  const bytes = references.reduce((sum, reference) => sum + referenceBytes(reference), 0);
  return bytes + (content?.byteLength ?? 0);
}

/** Throws for a row that is larger than the index admits: whoever makes such a row has a defect. */
export function checkRowFits(row: FullRow, { maxRowBytes }: Pick<BlobIndex, "maxRowBytes">): void {
  const bytes = rowBytes(row);
  if (bytes <= maxRowBytes) return;
  throw new RangeError(
    `row ${row.key} would take ${bytes} bytes; at most ${maxRowBytes} fit, so its content belongs in an object`,
  );
}
