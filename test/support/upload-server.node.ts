import { Readiness } from "../../functions/handlers/readiness.ts";
import { RequestBudget } from "../../functions/interceptors/request-budget.ts";
import { Listener } from "../../functions/node/listening/listener.node.ts";
import { createFront } from "../../functions/node/requests/front.node.ts";
import { BlobCodecs } from "../../shared/compression/blob-codec.ts";
import { nodeZstd } from "../../shared/compression/zstd.node.ts";
import { limits } from "../../shared/limits.ts";
import type { UploadSessions } from "../../shared/services/upload-sessions.ts";
import { createCache, type TestCache } from "./cache.ts";
import { anonymous } from "./principals.ts";
import { watchFor } from "./watch-for.node.ts";

/** A server in this process, over memory, whose uploads can be looked into. */
export interface UploadServer extends AsyncDisposable {
  readonly url: string;
  readonly cache: TestCache;
  readonly budget: RequestBudget;
}

/** Without sessions, it keeps nothing of an upload that breaks off. */
export async function startUploadServer(
  uploadSessions?: UploadSessions,
  readiness: Readiness = new Readiness(),
): Promise<UploadServer> {
  const cache = createCache(uploadSessions === undefined ? {} : { uploadSessions });
  const budget = new RequestBudget(limits.requestBytesInFlight);
  const report = (error: unknown): void => {
    throw error;
  };
  const front = createFront({
    services: { ...cache, codecs: new BlobCodecs([nodeZstd]) },
    budget,
    watch: watchFor(report),
    gate: () => anonymous,
    healthIsPublic: true,
    readiness,
    compressions: [],
    trailers: true,
    shutdownSignal: new AbortController().signal,
  });
  const listener = new Listener({ ...front, report });
  const address = await listener.listen("127.0.0.1", 0);
  return {
    url: `http://${address}`,
    cache,
    budget,
    [Symbol.asyncDispose]: async () => {
      const drained = listener.drain();
      listener.destroy();
      await drained;
      await uploadSessions?.[Symbol.asyncDispose]();
    },
  };
}
