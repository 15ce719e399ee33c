import type { DescService } from "@bufbuild/protobuf";
import { type Client, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { codeOf } from "../error-code.node.ts";
import { UsageError } from "./flags.node.ts";

/** A service of a cache, by what every shape of it speaks; as nobody, where there is no token. */
export function cacheClient<Service extends DescService>(
  service: Service,
  cache: URL,
  token: string | undefined,
): Client<Service> {
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
  return createClient(service, transport);
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
