import type { DescMethod } from "@bufbuild/protobuf";
import { createContextValues } from "@connectrpc/connect";
import type { UniversalServerRequest, UniversalServerResponse } from "@connectrpc/connect/protocol";
import { codeOfStatus } from "./code-names.ts";
import { protocolOf, rpcName, UNKNOWN } from "./request-names.ts";
import { recordKey, type RequestWatch } from "./request-watch.ts";
import { watchedAnswer } from "./watched-answer.ts";

type Answered = UniversalServerResponse | Promise<UniversalServerResponse>;

type Serve = (request: UniversalServerRequest) => Answered;

/** Serves requests of RPCs with a record of each, which their handlers and interceptors fill; `undefined` is no RPC of ours. */
export function watchedRpcs(
  watch: RequestWatch,
): (
  rpc: { readonly method: DescMethod } | undefined,
  request: UniversalServerRequest,
  serve: Serve,
) => Promise<UniversalServerResponse> {
  return async (rpc, request, serve) => {
    const record = watch.begin({
      protocol: protocolOf(request),
      rpc: rpc === undefined ? UNKNOWN : rpcName(rpc.method),
      header: request.header,
      method: rpc?.method,
    });
    const contextValues = (request.contextValues ?? createContextValues()).set(recordKey, record);
    try {
      const answer = await serve({ ...request, contextValues });
      record.code ??= codeOfStatus(answer.header?.get("grpc-status"));
      return watchedAnswer(answer, record, request.signal);
    } catch (error) {
      record.fail(error);
      record.end();
      throw error;
    }
  };
}
