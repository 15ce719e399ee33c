import { Code, ConnectError } from "@connectrpc/connect";

/** Why a call ends whose client has left. Nobody hears of it but what was done for the call. */
export function clientIsGone(cause?: unknown): ConnectError {
  return new ConnectError("the client is gone", Code.Canceled, undefined, undefined, cause);
}
