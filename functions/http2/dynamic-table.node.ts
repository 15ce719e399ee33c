import { defaultTableBytes } from "./codes.node.ts";
import type { HeaderField } from "./header-field.node.ts";

/** No field counts less, so that no more of them fit the table. */
const MAX_FIELDS = defaultTableBytes / 32;

/** The fields that a client has had kept, the newest first: never more than the 4 KiB that clients may use unasked. */
export class DynamicTable {
  readonly #fields: (HeaderField | undefined)[] = Array.from({ length: MAX_FIELDS });
  #newest = 0;
  #count = 0;
  #bytes = 0;
  #maxBytes = defaultTableBytes;
  #version = 0;

  /** Another one after each change. */
  get version(): number {
    return this.#version;
  }

  /** The field with this number, from 0 on. */
  at(index: number): HeaderField | undefined {
    if (index >= this.#count) return undefined;
    return this.#fields[(this.#newest - index + MAX_FIELDS) % MAX_FIELDS];
  }

  /** One that is larger than the table empties it, and is not kept. */
  add(field: HeaderField): void {
    this.#version += 1;
    this.#shrinkTo(this.#maxBytes - field.bytes);
    if (field.bytes > this.#maxBytes) return;
    this.#newest = (this.#newest + 1) % MAX_FIELDS;
    this.#fields[this.#newest] = field;
    this.#count += 1;
    this.#bytes += field.bytes;
  }

  resize(maxBytes: number): void {
    this.#version += 1;
    this.#maxBytes = maxBytes;
    this.#shrinkTo(maxBytes);
  }

  #shrinkTo(bytes: number): void {
    while (this.#count > 0 && this.#bytes > bytes) {
      const oldest = (this.#newest - this.#count + 1 + MAX_FIELDS) % MAX_FIELDS;
      this.#bytes -= this.#fields[oldest]?.bytes ?? 0;
      this.#fields[oldest] = undefined;
      this.#count -= 1;
    }
  }
}
