import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import { limits } from "../../shared/limits.ts";
import { pause } from "../../shared/pause.ts";
import {
  type Health,
  HealthCheckResponse_ServingStatus as Status,
} from "../../shared/proto/gen/grpc/health/v1/health_pb.ts";
import { quote } from "../../shared/request-error.ts";
import type { Readiness } from "./readiness.ts";

/** The standard gRPC health service, for the whole server and for each of its services: all take work, or none does. */
export function healthHandler(
  readiness: Readiness,
  serviceNames: () => readonly string[],
): ServiceImpl<typeof Health> {
  const statusOfAll = async (): Promise<Status> =>
    (await readiness.reasons()).length === 0 ? Status.SERVING : Status.NOT_SERVING;
  const statusOf = async (service: string): Promise<Status> => {
    if (service !== "" && !serviceNames().includes(service)) return Status.SERVICE_UNKNOWN;
    return await statusOfAll();
  };
  return {
    check: async ({ service }) => {
      const status = await statusOf(service);
      if (status === Status.SERVICE_UNKNOWN) {
        throw new ConnectError(`this server has no service ${quote(service)}`, Code.NotFound);
      }
      return { status };
    },
    list: async () => {
      const status = await statusOfAll();
      return {
        statuses: Object.fromEntries(
          ["", ...serviceNames()].map((service) => [service, { status }]),
        ),
      };
    },
    watch: async function* ({ service }, context) {
      let told: Status | undefined;
      while (!context.signal.aborted) {
        const isLast = readiness.stopping.aborted;
        const status = await statusOf(service);
        if (status !== told) yield { status };
        told = status;
        if (isLast) return;
        // Stores are asked only while somebody watches.
        await passed(limits.storeHealthMs, AbortSignal.any([readiness.stopping, context.signal]));
      }
    },
  };
}

/** Resolves after this time, or as soon as something is new. */
async function passed(ms: number, news: AbortSignal): Promise<void> {
  await pause(ms, news).catch(() => undefined);
}
