import type { AnswerHeaders } from "./server-stream.node.ts";
import { staticTable } from "./static-table.node.ts";

/** Fields that the static table has whole, and names that it has, by their numbers. */
const wholeFields = new Map(
  staticTable.map(({ name, value }, index) => [`${name} ${value}`, index + 1]),
);
const names = new Map(
  staticTable.map(({ name }, index) => [name, index + 1] as const).toReversed(),
);

/** Answers that recur are encoded once: most have the same headers, and the same trailers. */
const kept = new Map<string, Buffer>();
const MAX_KEPT = 256;
const MAX_KEPT_LENGTH = 256;

/** The same for those that a program says again and again: to put a key together would take longer than all else. */
const recurrent = new WeakMap<AnswerHeaders, Buffer>();

/** Latin-1 without line ends, which others down the line would take for more headers. */
const isSendable = /^[\t\u0020-\u007E\u0080-\u00FF]*$/;

const NEVER_INDEXED = 0x10;

/** Says that the encoder keeps no table, which has to be said once, before a connection's first block. */
export const noTable: Buffer = Buffer.from([0x20]);

/** The same headers, which are to be said again and again. */
export function recurringHeaders(headers: AnswerHeaders): AnswerHeaders {
  recurrent.set(headers, encode(headers));
  return headers;
}

/** A header block of literals, which needs no memory of the connection that it is for. */
export function encodeHeaders(headers: AnswerHeaders): Buffer {
  return recurrent.get(headers) ?? encodeOther(headers);
}

function encodeOther(headers: AnswerHeaders): Buffer {
  let key = "";
  for (const name in headers) key += `${name}\n${headers[name]}\n`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  const block = encode(headers);
  if (key.length <= MAX_KEPT_LENGTH) {
    if (kept.size >= MAX_KEPT) kept.clear();
    kept.set(key, block);
  }
  return block;
}

function encode(headers: AnswerHeaders): Buffer {
  const fields = Object.entries(headers);
  for (const [name, value] of fields)
    if (!isSendable.test(value))
      throw new Error(`the header ${name} cannot have the value ${value}`);
  // Pseudo-headers come first, whatever order the names have.
  const ordered = fields.toSorted(
    ([a], [b]) => Number(b.startsWith(":")) - Number(a.startsWith(":")),
  );
  return Buffer.concat(ordered.flatMap(([name, value]) => encodeField(name, value)));
}

function encodeField(name: string, value: string): Buffer[] {
  const whole = wholeFields.get(`${name} ${value}`);
  if (whole !== undefined && value !== "") return [integer(0x80, 7, whole)];
  const known = names.get(name);
  return known === undefined
    ? [Buffer.from([NEVER_INDEXED]), text(name), text(value)]
    : [integer(NEVER_INDEXED, 4, known), text(value)];
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, "latin1");
  return Buffer.concat([integer(0, 7, bytes.byteLength), bytes]);
}

/** A number behind the first bits of its byte. */
function integer(firstBits: number, prefixBits: number, value: number): Buffer {
  const prefixMax = 2 ** prefixBits - 1;
  if (value < prefixMax) return Buffer.from([firstBits | value]);
  const bytes = [firstBits | prefixMax];
  let rest = value - prefixMax;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}
