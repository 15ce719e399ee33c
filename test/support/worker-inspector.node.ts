import { once } from "node:events";
import type { TestWorker } from "./worker.node.ts";

/** A way into the Worker's isolate. */
export interface WorkerInspector extends Disposable {
  /** What the inspector answers, some of it when the isolate next runs. Throws what it cannot do. */
  ask(method: string, params?: Readonly<Record<string, unknown>>): Promise<unknown>;
}

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

export async function inspect({ inspectorUrl }: TestWorker): Promise<WorkerInspector> {
  const socket = new WebSocket(await debuggerUrl(inspectorUrl));
  await once(socket, "open");
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let lastId = 0;
  socket.addEventListener("message", ({ data }) => {
    const { id, result, error } = JSON.parse(String(data)) as Answer;
    if (error === undefined) waiting.get(id)?.resolve(result);
    else waiting.get(id)?.reject(new Error(`the Worker's inspector: ${error.message}`));
    waiting.delete(id);
  });
  return {
    ask: async (method, params = {}) => {
      const answer = Promise.withResolvers<unknown>();
      lastId += 1;
      waiting.set(lastId, answer);
      socket.send(JSON.stringify({ id: lastId, method, params }));
      return await answer.promise;
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
