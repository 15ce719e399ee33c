import type { UniversalHandlerFn } from "@connectrpc/connect/protocol";
import { GrpcLane } from "../../grpc/grpc-lane.node.ts";
import { hotRpcs } from "../../grpc/hot-rpcs.node.ts";
import { httpCacheHandler } from "../../handlers/http-cache.ts";
import type { HttpHandler } from "../../handlers/http-exchange.ts";
import { rpcGate } from "../../interceptors/gate.ts";
import { createRoutes, type RouteOptions } from "../../routes.ts";

/** Everything that is served on Node. */
export interface Front {
  /** Serves whatever the lane leaves. */
  readonly handler: UniversalHandlerFn;
  /** Is asked first for what comes over HTTP/2. */
  readonly lane: GrpcLane;
  /** The HTTP cache alone, which `handler` serves as well. */
  readonly httpCache: HttpHandler;
}

export function createFront(options: RouteOptions): Front {
  const rpcs = hotRpcs(options.services);
  return {
    handler: createRoutes(options),
    httpCache: httpCacheHandler(options),
    lane: new GrpcLane({ ...options, rpcs, gate: rpcGate(options) }),
  };
}
