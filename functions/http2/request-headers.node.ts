import type { HeaderField } from "./header-field.node.ts";
import type { RequestHeaders } from "./server-stream.node.ts";

/** The headers of a request that keeps RFC 9113's rules. */
export class RequestHead implements RequestHeaders {
  readonly #fields: readonly HeaderField[];
  /** The body's length as the client announces it; -1 where it does not. */
  readonly contentLength: number;

  constructor(fields: readonly HeaderField[], contentLength: number) {
    this.#fields = fields;
    this.contentLength = contentLength;
  }

  get(name: string): string | undefined {
    let joined: string | undefined;
    for (const field of this.#fields)
      if (field.name === name)
        joined = joined === undefined ? field.value : `${joined}, ${field.value}`;
    return joined;
  }

  *[Symbol.iterator](): Iterator<readonly [string, string]> {
    const values = new Map<string, string>();
    for (const { name, value } of this.#fields) {
      const before = values.get(name);
      values.set(name, before === undefined ? value : `${before}, ${value}`);
    }
    yield* values;
  }
}

/** Stands for a request that was too large to be read. */
export const unreadRequest: RequestHead = new RequestHead([], -1);

/** `undefined` where the fields are no request. */
export function readRequest(fields: readonly HeaderField[]): RequestHead | undefined {
  let pseudoCount = 0;
  for (const [index, { kind, name }] of fields.entries()) {
    if (kind === "malformed") return undefined;
    if (kind !== "pseudo") continue;
    // They come first, and each once.
    if (pseudoCount !== index || fields.findIndex((field) => field.name === name) !== index)
      return undefined;
    pseudoCount += 1;
  }
  const contentLength = contentLengthOf(fields);
  if (contentLength === undefined) return undefined;
  const head = new RequestHead(fields, contentLength);
  const isComplete =
    head.get(":method") === "CONNECT"
      ? pseudoCount === 2 && Boolean(head.get(":authority"))
      : Boolean(head.get(":method") && head.get(":scheme") && head.get(":path"));
  return isComplete ? head : undefined;
}

/** Whether the fields can stand behind a body. */
export function areTrailers(fields: readonly HeaderField[]): boolean {
  return fields.every(({ kind }) => kind === "plain" || kind === "content-length");
}

/** -1 where there is none, and `undefined` where it is none. */
function contentLengthOf(fields: readonly HeaderField[]): number | undefined {
  let length = -1;
  for (const { kind, value } of fields) {
    if (kind !== "content-length") continue;
    const announced = /^\d{1,15}$/.test(value) ? Number(value) : undefined;
    if (announced === undefined || (length >= 0 && length !== announced)) return undefined;
    length = announced;
  }
  return length;
}
