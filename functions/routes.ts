import type { Compression, UniversalHandlerFn } from "@connectrpc/connect/protocol";
import { limits } from "../shared/limits.ts";
import {
  ActionCache,
  Capabilities,
  ContentAddressableStorage,
} from "../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { ByteStream } from "../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import { Health } from "../shared/proto/gen/grpc/health/v1/health_pb.ts";
import { ServerReflection } from "../shared/proto/gen/grpc/reflection/v1/reflection_pb.ts";
import { Admin } from "../shared/proto/gen/hayloft/v1/admin_pb.ts";
import { Statistics } from "../shared/proto/gen/hayloft/v1/statistics_pb.ts";
import { Transfers } from "../shared/proto/gen/hayloft/v1/transfers_pb.ts";
import { ServerReflection as ServerReflectionAlpha } from "../shared/proto/gen/grpc/reflection/v1alpha/reflection_pb.ts";
import type { Services } from "../shared/services/services.ts";
import type { ReadMetrics } from "../shared/telemetry/metric.ts";
import type { ReadStatistics } from "../shared/telemetry/statistics/statistics-row.ts";
import { actionCacheHandler } from "./handlers/action-cache.ts";
import { adminHandler } from "./handlers/admin.ts";
import { byteStreamHandler } from "./handlers/byte-stream.ts";
import { capabilitiesHandler } from "./handlers/capabilities.ts";
import { contentAddressableStorageHandler } from "./handlers/content-addressable-storage.ts";
import { healthHandler } from "./handlers/health.ts";
import type { Readiness } from "./handlers/readiness.ts";
import { httpCacheHandler } from "./handlers/http-cache.ts";
import { universalHttp } from "./handlers/http-exchange.ts";
import { rawPath } from "./handlers/http-cache-path.ts";
import { reflectionHandler } from "./handlers/reflection.ts";
import { statisticsHandler } from "./handlers/statistics.ts";
import { detailTypes } from "./handlers/status.ts";
import { transfersHandler } from "./handlers/transfers.ts";
import { isGrpc, isNativeGrpc, nativeGrpcRefusal, unknownRpc } from "./handlers/unknown-rpc.ts";
import { mapErrors } from "./interceptors/errors.ts";
import type { Gate } from "./access/caller.ts";
import { rpcGate } from "./interceptors/gate.ts";
import { releaseStreamed } from "./interceptors/holding.ts";
import type { RequestBudget } from "./interceptors/request-budget.ts";
import { RpcHandlers, served, type ServedService } from "./rpc-handlers.ts";
import type { RequestWatch } from "./telemetry/request-watch.ts";
import { watchedRpcs } from "./telemetry/watched-rpcs.ts";

export interface RouteOptions {
  readonly services: Services;
  readonly readiness: Readiness;
  readonly budget: RequestBudget;
  readonly watch: RequestWatch;
  /** What `/metrics` tells; left out where there is nothing that lasts. */
  readonly metrics?: ReadMetrics;
  /** What the statistics API tells; left out there, too. */
  readonly statistics?: ReadStatistics | undefined;
  readonly gate: Gate;
  /** Whether everybody may ask if the server is up. */
  readonly healthIsPublic: boolean;
  /** Whether answers can have trailers, which native gRPC cannot do without. */
  readonly trailers: boolean;
  /** Set where what stands in front would decode a compressed answer over HTTP, so that making one is in vain. */
  readonly answersPlainly?: boolean;
  /** What messages may be compressed with on their way in: nothing that expands further than gzip, which `budget` counts on. */
  readonly compressions: readonly Compression[];
  /** Ends every call that is still under way. */
  readonly shutdownSignal: AbortSignal;
}

/** Everything that Hayloft serves, on whatever platform: one function from a request to its answer. */
export function createRoutes(options: RouteOptions): UniversalHandlerFn {
  const rpcs = new RpcHandlers(servedBy(options), {
    grpc: options.trailers,
    readMaxBytes: limits.requestMessageBytes,
    jsonOptions: { registry: detailTypes },
    acceptCompression: [...options.compressions],
    // Build clients announce gzip, and would then wait for us to compress what is mostly compressed already.
    compressMinBytes: Number.MAX_SAFE_INTEGER,
    shutdownSignal: options.shutdownSignal,
    interceptors: [mapErrors(), releaseStreamed],
    requestGate: rpcGate(options),
  });
  const httpCache = universalHttp(httpCacheHandler(options));
  const watched = watchedRpcs(options.watch);

  return async (request) => {
    if (!options.trailers && isNativeGrpc(request)) {
      return await watched(undefined, request, nativeGrpcRefusal);
    }
    const rpc = rpcs.at(rawPath(request.url));
    if (rpc !== undefined) {
      return await watched(rpc, request, async (each) => await options.budget.serve(rpc, each));
    }
    return isGrpc(request)
      ? await watched(undefined, request, unknownRpc)
      : await httpCache(request);
  };
}

function servedBy(options: RouteOptions): readonly ServedService[] {
  const { services, readiness, statistics } = options;
  const { transfers } = services;
  const all: readonly ServedService[] = [
    served(Capabilities, () => capabilitiesHandler(services)),
    served(ContentAddressableStorage, () => contentAddressableStorageHandler(services)),
    served(ActionCache, () => actionCacheHandler(services)),
    served(ByteStream, () => byteStreamHandler(services)),
    served(Admin, () => adminHandler(services)),
    served(Statistics, () => statisticsHandler(statistics)),
    served(Health, () =>
      healthHandler(readiness, () => all.map(({ service }) => service.typeName)),
    ),
    served(ServerReflection, () => reflectionHandler(() => all.map(({ service }) => service))),
    served(ServerReflectionAlpha, () => reflectionHandler(() => all.map(({ service }) => service))),
    ...(transfers === undefined
      ? []
      : [served(Transfers, () => transfersHandler(transfers, services))]),
  ];
  return all;
}
