import type { HandlerContext } from "@connectrpc/connect";

/** What handlers may know of a call, whichever way it came in. */
export interface CallContext extends Pick<
  HandlerContext,
  "signal" | "timeoutMs" | "values" | "service" | "method"
> {
  readonly requestHeader: RequestHeader;
}

export type RequestHeader = Pick<Headers, "get">;

/** The methods of a service's implementation, for calls that came in any way. */
export type ForAnyCall<Implementation> = {
  [Method in keyof Implementation]: Implementation[Method] extends (
    request: infer Request,
    context: HandlerContext,
  ) => infer Answer
    ? (request: Request, context: CallContext) => Answer
    : never;
};
