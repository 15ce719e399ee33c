import type { DescMethod } from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  type ContextValues,
  createContextValues,
  type HandlerContext,
} from "@connectrpc/connect";
import type { CallContext, RequestHeader } from "../handlers/call-context.ts";
import type { RequestHeaders } from "../http2/server-stream.node.ts";

/** A call under way, as its handler sees it. */
export class GrpcCall implements CallContext {
  readonly method: DescMethod;
  readonly requestHeader: RequestHeader;
  readonly values: ContextValues = createContextValues();
  readonly #abort = new AbortController();
  readonly #deadlineMs: number | undefined;
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(method: DescMethod, headers: RequestHeaders, timeoutMs: number | undefined) {
    this.method = method;
    this.requestHeader = { get: (name) => headers.get(name) ?? null };
    if (timeoutMs === undefined) return;
    this.#deadlineMs = Date.now() + timeoutMs;
    if (timeoutMs > 0) this.#timer = setTimeout(() => this.#timeOut(), timeoutMs);
    else this.#timeOut();
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
    this.#abort.abort(reason);
  }

  #timeOut(): void {
    this.abort(new ConnectError("the operation timed out", Code.DeadlineExceeded));
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
