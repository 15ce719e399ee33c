import { once } from "node:events";
import type { TestWorker } from "./worker.node.ts";

/** The memory of the Worker's isolate, as its inspector tells. */
export interface WorkerHeap extends Disposable {
  /** Bytes of what is alive, buffers included: what is garbage has been collected. */
  liveBytes(): Promise<number>;
}

interface HeapUsage {
  readonly usedSize: number;
  readonly embedderHeapUsedSize: number;
  readonly backingStorageSize: number;
}

export async function inspectHeap({ inspectorUrl, url }: TestWorker): Promise<WorkerHeap> {
  const socket = new WebSocket(await debuggerUrl(inspectorUrl));
  await once(socket, "open");
  const waiting = new Map<number, (answer: unknown) => void>();
  let lastId = 0;
  socket.addEventListener("message", ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as { id: number; result: unknown };
    waiting.get(id)?.(result);
    waiting.delete(id);
  });
  const ask = async (method: string): Promise<unknown> =>
    await new Promise((resolve) => {
      lastId += 1;
      waiting.set(lastId, resolve);
      socket.send(JSON.stringify({ id: lastId, method }));
    });
  return {
    liveBytes: async () => {
      const collected = ask("HeapProfiler.collectGarbage").then(() => true);
      // It is done when the isolate next runs.
      const run = async (): Promise<false> => {
        await fetch(`${url}/status`);
        return false;
      };
      while (!(await Promise.race([collected, run()])));
      const usage = (await ask("Runtime.getHeapUsage")) as HeapUsage;
      return usage.usedSize + usage.embedderHeapUsedSize + usage.backingStorageSize;
    },
    [Symbol.dispose]: () => socket.close(),
  };
}

interface Target {
  readonly title: string;
  readonly webSocketDebuggerUrl: string;
}

/** Of all Workers of the runtime, ours is the one that a user wrote. */
async function debuggerUrl(inspectorUrl: URL): Promise<string> {
  const answer = await fetch(`http://${inspectorUrl.host}/json/list`);
  const targets = (await answer.json()) as readonly Target[];
  const ours = targets.find(({ title }) => title.includes("core:user:"));
  if (ours === undefined) throw new Error("the inspector knows no Worker of ours");
  return ours.webSocketDebuggerUrl;
}
