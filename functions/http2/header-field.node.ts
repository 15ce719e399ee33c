/** What HPACK counts of a field beside its texts. */
const OVERHEAD_BYTES = 32;

/** What the rules of RFC 9113 make of a field. */
type FieldKind = "plain" | "pseudo" | "content-length" | "malformed";

export interface HeaderField {
  readonly name: string;
  readonly value: string;
  /** As HPACK counts it. */
  readonly bytes: number;
  readonly kind: FieldKind;
}

/** A field, judged: one that is in a table is judged once for all requests. */
export function headerField(name: string, value: string): HeaderField {
  return {
    name,
    value,
    bytes: name.length + value.length + OVERHEAD_BYTES,
    kind: isGoodValue.test(value) ? kindOf(name, value) : "malformed",
  };
}

/** The pseudo-headers of requests. */
const pseudoNames: ReadonlySet<string> = new Set([":method", ":scheme", ":authority", ":path"]);

/** Those that speak of an HTTP/1.1 connection. */
const connectionNames: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);

const isGoodName = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;

/** No line ends and no NUL, and no white space around it. */
const isGoodValue = /^(?:[^\0\r\n\t ](?:[^\0\r\n]*[^\0\r\n\t ])?)?$/;

function kindOf(name: string, value: string): FieldKind {
  if (name.startsWith(":")) return pseudoNames.has(name) ? "pseudo" : "malformed";
  if (!isGoodName.test(name) || connectionNames.has(name)) return "malformed";
  if (name === "te" && value !== "trailers") return "malformed";
  return name === "content-length" ? "content-length" : "plain";
}
