import { type Client, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { Admin } from "../../shared/proto/gen/hayloft/v1/admin_pb.ts";
import { codeOf } from "./error-code.node.ts";
import { UsageError } from "./flags.node.ts";

/** The administration of a cache, by what every shape of it speaks; as nobody, where there is no token. */
export function adminClient(cache: URL, token: string | undefined): Client<typeof Admin> {
  const transport = createConnectTransport({
    baseUrl: cache.origin,
    httpVersion: "1.1",
    interceptors: [
      (next) => async (request) => {
        if (token !== undefined) request.header.set("authorization", `Bearer ${token}`);
        return await next(request);
      },
    ],
  });
  return createClient(Admin, transport);
}

/** What a call gives. What the cache refuses, and that it cannot be reached, is for whoever ran the command. */
export async function told<T>(cache: URL, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (cause) {
    if (!(cause instanceof ConnectError)) throw cause;
    const isSaid = cause.cause === undefined;
    const reason = isSaid ? cause.rawMessage : `it cannot be reached (${codeOf(cause.cause)})`;
    throw new UsageError(`${cache.origin}: ${reason}`, { cause });
  }
}
