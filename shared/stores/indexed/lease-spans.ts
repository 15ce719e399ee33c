import type { LeaseSpan, Row } from "./blob-index.ts";

/** Counts rows by the span in which their leases end, for tables that cannot. */
export class LeaseSpans {
  readonly #spanMs: number;
  readonly #spans = new Map<number, LeaseSpan>();

  constructor(spanMs: number) {
    this.#spanMs = spanMs;
  }

  add({ leaseEndsMs, sizeBytes }: Pick<Row, "leaseEndsMs" | "sizeBytes">): void {
    const endsMs = (Math.floor(leaseEndsMs / this.#spanMs) + 1) * this.#spanMs;
    const { rows, bytes } = this.#spans.get(endsMs) ?? { rows: 0, bytes: 0 };
    this.#spans.set(endsMs, { endsMs, rows: rows + 1, bytes: bytes + sizeBytes });
  }

  /** The earliest first. */
  inOrder(): readonly LeaseSpan[] {
    return [...this.#spans.values()].toSorted((one, other) => one.endsMs - other.endsMs);
  }
}
