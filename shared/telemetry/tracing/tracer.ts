import { traceLimits } from "../../trace-limits.ts";
import { hexOf, RandomWords } from "./random-words.ts";
import { isIdWithin, isWithin, type Sampling } from "./sampling.ts";
import { Span, type Trace } from "./span.ts";
import { parseTraceContext, type TraceContext } from "./trace-context.ts";

/** Decides which requests are traced, and begins their spans. */
export class Tracer {
  readonly #sampling: Sampling;
  readonly #ended: (span: Span) => void;
  readonly #random = new RandomWords();

  /** `ended` takes each span once it is over. */
  constructor(sampling: Sampling, ended: (span: Span) => void) {
    this.#sampling = sampling;
    this.#ended = ended;
  }

  /** The span of a request that came with these headers; `undefined` where it is not traced, which takes next to no time. */
  begin(name: string, header: Pick<Headers, "get">): Span | undefined {
    const traceparent = header.get("traceparent");
    if (traceparent === null) return this.#beginNew(name);
    const parent = parseTraceContext(traceparent, header.get("tracestate"));
    return parent === undefined ? this.#beginNew(name) : this.#goOn(name, parent);
  }

  #beginNew(name: string): Span | undefined {
    const { ratio } = this.#sampling;
    if (ratio === 0) return undefined;
    const high = this.#random.next();
    const low = this.#random.next();
    if (!isWithin(ratio, high, low)) return undefined;
    const id = hexOf(this.#random.next(), this.#random.next(), high, low);
    return this.#span(name, this.#trace(id, ""), undefined);
  }

  #goOn(name: string, { traceId, spanId, isSampled, state }: TraceContext): Span | undefined {
    const { followsParent, ratio } = this.#sampling;
    const isTraced = followsParent ? isSampled : isIdWithin(ratio, traceId);
    return isTraced ? this.#span(name, this.#trace(traceId, state), spanId) : undefined;
  }

  #trace(id: string, state: string): Trace {
    return {
      id,
      state,
      originMs: Date.now() - performance.now(),
      random: this.#random,
      room: traceLimits.spansPerRequest,
      ended: this.#ended,
    };
  }

  #span(name: string, trace: Trace, parentId: string | undefined): Span {
    const hasRemoteParent = parentId !== undefined;
    const spanId = this.#random.spanId();
    return new Span(trace, { name, kind: "server", spanId, parentId, hasRemoteParent });
  }
}
