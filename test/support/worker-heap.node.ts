import { inspect } from "./worker-inspector.node.ts";
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

export async function inspectHeap(worker: TestWorker): Promise<WorkerHeap> {
  const inspector = await inspect(worker);
  return {
    liveBytes: async () => {
      const collected = inspector.ask("HeapProfiler.collectGarbage").then(() => true);
      // It is done when the isolate next runs.
      const run = async (): Promise<false> => {
        await fetch(`${worker.url}/status`);
        return false;
      };
      while (!(await Promise.race([collected, run()])));
      const usage = (await inspector.ask("Runtime.getHeapUsage")) as HeapUsage;
      return usage.usedSize + usage.embedderHeapUsedSize + usage.backingStorageSize;
    },
    [Symbol.dispose]: () => inspector[Symbol.dispose](),
  };
}
