// A thread that serves: its part of the connections, over the stores that the main thread owns.

import { parentPort, workerData } from "node:worker_threads";
import { openSharedDisk } from "../../../shared/adapters/disk/shared-disk.node.ts";
import { systemClock } from "../../../shared/clock.ts";
import { nodeHashers } from "../../../shared/digest/hashers.node.ts";
import { UsageError } from "../commands/flags.node.ts";
import { openLog } from "../log/open-log.node.ts";
import { Server } from "../server.node.ts";
import { PendingQuestions } from "./pending-questions.ts";
import type { FromThread, ThreadStart, ToThread } from "./thread-messages.node.ts";
import { metricsTold, toldTogether } from "./thread-questions.ts";

/** For the main thread, which asks all others. */
const questions = new PendingQuestions(post);

try {
  const start: unknown = workerData;
  if (!isStart(start)) throw new TypeError("this is a part of a server: hayloft serve --workers N");
  await run(start);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  post({ kind: "refused", message: error.message });
}

async function run({ options, port, fd, tls, share }: ThreadStart): Promise<void> {
  const stopped = Promise.withResolvers<void>();
  using opened = openLog(options.log);
  await using stores = await openSharedDisk(share, {
    hashers: nodeHashers,
    now: () => systemClock.now(),
  });
  const server = await Server.start(
    { ...stores, transfers: undefined },
    options,
    { port, fd, tls },
    { askAll: async (question) => await questions.ask(question), log: opened.log },
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
      case "ask": {
        const { id, question } = message;
        const told = toldTogether([
          server.tell(question),
          metricsTold(question, () => [...stores.metrics(), ...opened.metrics()]),
        ]);
        post({ kind: "answer", id, told });
        break;
      }
      case "answer":
        questions.answer(message);
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

function post(message: FromThread): void {
  parentPort?.postMessage(message);
}
