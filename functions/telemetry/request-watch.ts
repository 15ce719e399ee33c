import { createContextKey, type ContextKey } from "@connectrpc/connect";
import type { Span } from "../../shared/telemetry/tracing/span.ts";
import { type Asked, RequestRecord } from "./request-record.ts";

/** Is told of each request once it has ended. */
export type RequestListener = (record: RequestRecord) => void;

/** Begins the span of a request that is traced. */
export type BeginSpan = (asked: Asked) => Span | undefined;

/** Where the handlers of an RPC find its record. */
export const recordKey: ContextKey<RequestRecord | undefined> = createContextKey<
  RequestRecord | undefined
>(undefined, { description: "record of the request" });

/** Keeps a record of each request under way, for those who want to know. */
export class RequestWatch {
  readonly #listeners: readonly RequestListener[];
  readonly #beginSpan: BeginSpan | undefined;
  readonly #ended = (record: RequestRecord): void => {
    this.#inFlight -= 1;
    for (const listener of this.#listeners) listener(record);
  };
  #inFlight = 0;

  constructor(listeners: readonly RequestListener[], beginSpan?: BeginSpan) {
    this.#listeners = listeners;
    this.#beginSpan = beginSpan;
  }

  /** Requests under way. */
  get inFlight(): number {
    return this.#inFlight;
  }

  begin(asked: Asked): RequestRecord {
    this.#inFlight += 1;
    return new RequestRecord(asked, this.#ended, this.#beginSpan?.(asked));
  }
}
