import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import {
  type Health,
  HealthCheckResponse_ServingStatus as Status,
} from "../../shared/proto/gen/grpc/health/v1/health_pb.ts";
import { quote } from "../../shared/request-error.ts";

/** Whether the server takes work. Flips once, when it begins to shut down. */
export class Readiness {
  readonly #stopping = new AbortController();

  /** Aborts when the server begins to shut down. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  stop(): void {
    this.#stopping.abort();
  }
}

/** The standard gRPC health service, for the whole server and for each of its services. */
export function healthHandler(
  readiness: Readiness,
  serviceNames: () => readonly string[],
): ServiceImpl<typeof Health> {
  const statusOf = (service: string): Status => {
    if (service !== "" && !serviceNames().includes(service)) return Status.SERVICE_UNKNOWN;
    return readiness.stopping.aborted ? Status.NOT_SERVING : Status.SERVING;
  };
  return {
    check: ({ service }) => {
      const status = statusOf(service);
      if (status === Status.SERVICE_UNKNOWN) {
        throw new ConnectError(`this server has no service ${quote(service)}`, Code.NotFound);
      }
      return { status };
    },
    list: () => ({
      statuses: Object.fromEntries(
        ["", ...serviceNames()].map((service) => [service, { status: statusOf(service) }]),
      ),
    }),
    watch: async function* ({ service }, context) {
      yield { status: statusOf(service) };
      await aborted(AbortSignal.any([readiness.stopping, context.signal]));
      if (!context.signal.aborted) yield { status: statusOf(service) };
    },
  };
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
