import type { DescMethod } from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  type ContextValues,
  createContextValues,
  type HandlerContext,
} from "@connectrpc/connect";
import type { Peer } from "../access/caller.ts";
import type { CallContext, RequestHeader } from "../handlers/call-context.ts";
import { hostOf, type RequestHeaders } from "../http2/server-stream.node.ts";
import { peerKey } from "../interceptors/gate.ts";

/** 24 days: a longer time would be taken for none. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** A call under way, as its handler sees it. */
export class GrpcCall implements CallContext {
  readonly method: DescMethod;
  readonly requestHeader: RequestHeader;
  readonly values: ContextValues = createContextValues();
  readonly #abort = new AbortController();
  readonly #deadlineMs: number | undefined;
  readonly #timer: NodeJS.Timeout | undefined;
  #whenAborted: PromiseWithResolvers<void> | undefined;
  /** What waits for the client, and is to end: a listener of the signal would take as long as all the rest here. */
  waiting: { fail(reason: unknown): void } | undefined;

  constructor(
    method: DescMethod,
    headers: RequestHeaders,
    timeoutMs: number | undefined,
    peer: Peer | undefined,
  ) {
    this.method = method;
    if (peer !== undefined) this.values.set(peerKey, peer);
    this.requestHeader = {
      get: (name) => (name === "host" ? hostOf(headers) : headers.get(name)) ?? null,
    };
    if (timeoutMs === undefined) return;
    this.#deadlineMs = Date.now() + timeoutMs;
    if (timeoutMs <= 0) this.#timeOut();
    else this.#timer = setTimeout(() => this.#timeOut(), Math.min(timeoutMs, MAX_TIMER_MS));
  }

  get service(): HandlerContext["service"] {
    return this.method.parent;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  timeoutMs(): number | undefined {
    return this.#deadlineMs === undefined ? undefined : this.#deadlineMs - Date.now();
  }

  abort(reason: unknown): void {
    if (this.signal.aborted) return;
    this.#abort.abort(reason);
    this.#whenAborted?.resolve();
    this.waiting?.fail(reason);
  }

  /** Resolves when it is aborted. */
  async aborted(): Promise<void> {
    if (this.signal.aborted) return;
    this.#whenAborted ??= Promise.withResolvers();
    await this.#whenAborted.promise;
  }

  #timeOut(): void {
    this.abort(new ConnectError("the operation timed out", Code.DeadlineExceeded));
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
