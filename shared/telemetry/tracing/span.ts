import type { RandomWords } from "./random-words.ts";

export type Attribute = string | number | boolean | undefined;
export type Attributes = Readonly<Record<string, Attribute>>;

/** `client` is a request to another service, `internal` work of our own. */
export type SpanKind = "server" | "client" | "internal";

/** What the spans of one request have in common. */
export interface Trace {
  /** 32 hexadecimal digits. */
  readonly id: string;
  /** The `tracestate` of its caller. */
  readonly state: string;
  /** What makes milliseconds since 1970 of those of `performance.now()`: one for all spans, which then lie within each other. */
  readonly originMs: number;
  readonly random: RandomWords;
  /** How many spans it may still have: a batch makes thousands of store calls. */
  room: number;
  /** Takes each span as it ends. */
  readonly ended: (span: Span) => void;
}

interface SpanStart {
  readonly name: string;
  readonly kind: SpanKind;
  readonly spanId: string;
  readonly parentId?: string | undefined;
  readonly hasRemoteParent?: boolean;
  readonly startMs?: number;
}

/** Something that is done for a request that is traced. */
export class Span {
  readonly trace: Trace;
  readonly name: string;
  readonly kind: SpanKind;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  readonly parentId: string | undefined;
  readonly hasRemoteParent: boolean;
  /** Times are those of `performance.now()`. */
  readonly startMs: number;
  endMs: number | undefined;
  hasFailed = false;
  readonly attributes: Record<string, Attribute> = {};

  constructor(trace: Trace, start: SpanStart) {
    this.trace = trace;
    this.name = start.name;
    this.kind = start.kind;
    this.spanId = start.spanId;
    this.parentId = start.parentId;
    this.hasRemoteParent = start.hasRemoteParent ?? false;
    this.startMs = start.startMs ?? performance.now();
  }

  /** Something that is done as a part of this; `undefined` where the trace is full. */
  child(name: string, kind: SpanKind): Span | undefined {
    const { trace } = this;
    trace.room -= 1;
    if (trace.room < 0) return undefined;
    return new Span(trace, { name, kind, spanId: trace.random.spanId(), parentId: this.spanId });
  }

  set(attributes: Attributes): void {
    Object.assign(this.attributes, attributes);
  }

  /** It has not done what it was to. */
  fail(error: unknown): void {
    this.hasFailed = true;
    this.set({ "error.type": typeOf(error) });
  }

  end(endMs: number = performance.now()): void {
    if (this.endMs !== undefined) return;
    this.endMs = endMs;
    this.trace.ended(this);
  }
}

/** A word for the kind of error, never its text, which may name what was asked for. */
function typeOf(error: unknown): string {
  if (!(error instanceof Error)) return "_OTHER";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
