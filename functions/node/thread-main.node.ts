// A thread that serves: its part of the connections, over the stores that the main thread owns.

import { parentPort, workerData } from "node:worker_threads";
import { openSharedDisk } from "../../shared/adapters/disk/shared-disk.node.ts";
import { systemClock } from "../../shared/clock.ts";
import { nodeHashers } from "../../shared/digest/hashers.node.ts";
import type { Metric } from "../../shared/metric.ts";
import { UsageError } from "./flags.node.ts";
import { Server } from "./server.node.ts";
import type { FromThread, ThreadStart, ToThread } from "./thread-messages.node.ts";

let asks = 0;
const asked = new Map<number, (metrics: readonly Metric[]) => void>();

try {
  const start: unknown = workerData;
  if (!isStart(start)) throw new TypeError("this is a part of a server: hayloft serve --workers N");
  await run(start);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  post({ kind: "refused", message: error.message });
}

async function run({ options, port, tls, share }: ThreadStart): Promise<void> {
  const stopped = Promise.withResolvers<void>();
  await using stores = await openSharedDisk(share, {
    hashers: nodeHashers,
    now: () => systemClock.now(),
  });
  const server = await Server.start(
    { ...stores, transfers: undefined },
    options,
    { port, tls },
    askMetrics,
  );
  parentPort?.on("message", (message: ToThread) => {
    switch (message.kind) {
      case "stop":
        stopped.resolve();
        break;
      case "access":
        server.renewAccess(message.policy);
        break;
      case "tls":
        server.renewTls(message.tls);
        break;
      case "count": {
        const metrics = [...stores.metrics(), ...server.metrics()];
        post({ kind: "counted", id: message.id, metrics });
        break;
      }
      case "metrics":
        asked.get(message.id)?.(message.metrics);
        asked.delete(message.id);
        break;
    }
  });
  post({ kind: "listening", address: server.address });
  await stopped.promise;
  await server.stop();
  parentPort?.close();
}

/** `ServerThread` gives nothing else. */
function isStart(value: unknown): value is ThreadStart {
  return typeof value === "object" && value !== null && "share" in value;
}

/** What all threads together have, which the main one knows. */
async function askMetrics(): Promise<readonly Metric[]> {
  const { promise, resolve } = Promise.withResolvers<readonly Metric[]>();
  asks += 1;
  asked.set(asks, resolve);
  post({ kind: "ask-metrics", id: asks });
  return await promise;
}

function post(message: FromThread): void {
  parentPort?.postMessage(message);
}
