import { Meter } from "../../shared/telemetry/meter.ts";
import { requestMetrics } from "../../functions/telemetry/request-metrics.ts";
import { RequestWatch } from "../../functions/telemetry/request-watch.ts";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { compressionGzip } from "@connectrpc/connect-node";
import type { UniversalHandlerFn } from "@connectrpc/connect/protocol";
import { compose as composeEdge, gateFor } from "../../functions/cloudflare/compose.ts";
import { readSettings } from "../../functions/cloudflare/settings.ts";
import { Readiness } from "../../functions/handlers/readiness.ts";
import { RequestBudget } from "../../functions/interceptors/request-budget.ts";
import { createRoutes } from "../../functions/routes.ts";
import { MemoryPurgeStore } from "../../shared/adapters/memory/memory-purge-store.ts";
import { MemoryActionStore } from "../../shared/adapters/memory/memory-action-store.ts";
import { MemoryBlobStore } from "../../shared/adapters/memory/memory-blob-store.ts";
import { nodeZstd } from "../../shared/compression/zstd.node.ts";
import { systemClock } from "../../shared/clock.ts";
import { iterate } from "../../shared/bytes/collect.ts";
import { nodeHashers } from "../../shared/digest/hashers.node.ts";
import { defaultFunctions } from "../../shared/digest/served-functions.ts";
import { limits } from "../../shared/limits.ts";
import { createServices } from "../../shared/services/services.ts";
import { UploadSessions } from "../../shared/services/upload-sessions.ts";
import type { ReportError } from "../../functions/telemetry/report-error.ts";
import { anonymous } from "../support/principals.ts";
import { troubleListener } from "../support/watch-for.node.ts";
import type { BlobStore } from "../../shared/stores/blob-store.ts";
import { EntryChunkLists } from "../../shared/stores/entry-chunk-lists.ts";
import { type Clients, clientsOn } from "../conformance/check.ts";
import { drain } from "../conformance/outcome.ts";
import type { Protocol } from "../conformance/target.ts";
import { concat, MIB } from "../support/bytes.ts";
import { AuditedBlobs } from "./audited-blobs.node.ts";
import type { CacheUnderFuzz, HttpAnswer, HttpRequest } from "./cache-under-fuzz.node.ts";
import { clientOf, transportOver } from "./in-process.node.ts";

/** Whose rules the routes have: those of the server on Node, or those of a function that cannot answer with trailers. */
type Shape = "node" | "edge";

export interface FuzzedCacheOptions {
  readonly shape?: Shape;
  /** A mistake in the store that the services see. */
  readonly plantInStore?: (base: BlobStore) => BlobStore;
  /** What is changed between the clients and the routes. */
  readonly plantOnWire?: (routes: UniversalHandlerFn) => UniversalHandlerFn;
}

/** Turns of the event loop after which nothing is left to do: nothing here waits for a disk or a network. */
const SETTLING_TURNS = 5;

/** How long what waits for its client may take to end when it is told to. */
const PATIENCE_MS = 1000;

/** A whole cache in this process, over memory, that can be looked into. */
export class FuzzedCache implements CacheUnderFuzz {
  readonly protocols: readonly Protocol[];
  readonly sharesUploads: boolean;
  readonly settles = true;
  readonly routes: UniversalHandlerFn;
  readonly #budget = new RequestBudget(limits.requestBytesInFlight);
  readonly #sessions = new UploadSessions({ clock: systemClock });
  readonly #audited: AuditedBlobs;
  readonly #actions = new MemoryActionStore({ capacityBytes: 8 * MIB });
  readonly #purges = new MemoryPurgeStore();
  readonly #chunkLists = new EntryChunkLists(
    new MemoryActionStore({
      capacityBytes: 8 * MIB,
      lease: { ms: limits.leaseMs, clock: systemClock },
    }),
  );
  /** What nobody expected, as it would have gone to the log. */
  readonly #reported: string[] = [];
  readonly #report: ReportError = (error, where) =>
    void this.#reported.push(`${where}: ${String(error)}`);

  constructor({ shape = "node", plantInStore, plantOnWire }: FuzzedCacheOptions = {}) {
    const { leaseMs } = limits;
    const memory = { capacityBytes: 64 * MIB, leaseMs, clock: systemClock, hashers: nodeHashers };
    const blobs = new MemoryBlobStore(memory);
    this.#audited = new AuditedBlobs(plantInStore?.(blobs) ?? blobs);
    this.sharesUploads = shape === "node";
    this.protocols = shape === "edge" ? ["connect", "grpc-web"] : ["grpc", "connect", "grpc-web"];
    const routes = shape === "edge" ? this.#edgeRoutes() : this.#nodeRoutes();
    this.routes = plantOnWire?.(routes) ?? routes;
  }

  clients(protocol: Protocol): Clients {
    const transport = transportOver(clientOf(this.routes), protocol);
    return clientsOn({ transport, [Symbol.dispose]: () => undefined });
  }

  async http({ method, path, headers, body }: HttpRequest): Promise<HttpAnswer> {
    const length = body === undefined ? {} : { "content-length": `${body.byteLength}` };
    const answer = await clientOf(this.routes)({
      method,
      url: `http://cache${path}`,
      header: new Headers({ ...length, ...headers }),
      body: iterate(body === undefined ? [] : [body]),
    });
    const encoding = answer.header.get("content-encoding") ?? undefined;
    return { status: answer.status, encoding, body: concat(await drain(answer.body)) };
  }

  async settle(): Promise<void> {
    for (let left = SETTLING_TURNS; left > 0; left--) await setImmediate();
  }

  async expectClean(): Promise<void> {
    const { heldBytes } = this.#budget;
    if (heldBytes !== 0) throw new Error(`${heldBytes} bytes are still counted as requests'`);
    await Promise.race([this.#sessions[Symbol.asyncDispose](), sleep(PATIENCE_MS)]);
    this.#audited.expectIdle();
    await this.#audited.expectVerified();
    const [first] = this.#reported;
    if (first !== undefined) throw new Error(`the log was told of ${first}`);
  }

  #nodeRoutes(): UniversalHandlerFn {
    return createRoutes({
      ...this.#common(),
      services: createServices({
        ...this.#backends(),
        digestFunctions: defaultFunctions,
        uploadSessions: this.#sessions,
      }),
      gate: () => anonymous,
      healthIsPublic: true,
      readiness: new Readiness(),
      compressions: [compressionGzip],
      trailers: true,
      shutdownSignal: new AbortController().signal,
    });
  }

  /** There, each request has a cache of its own. */
  #edgeRoutes(): UniversalHandlerFn {
    const settings = readSettings({ HAYLOFT_OPEN: "1" });
    const gate = gateFor(settings, this.#report);
    return async (request) => {
      return await composeEdge({ ...this.#common(), ...this.#backends(), settings, gate })(request);
    };
  }

  #common() {
    return {
      budget: this.#budget,
      watch: new RequestWatch([requestMetrics(new Meter()), troubleListener(this.#report)]),
    };
  }

  #backends() {
    return {
      blobs: this.#audited.store,
      actions: this.#actions,
      chunkLists: this.#chunkLists,
      purges: this.#purges,
      hashers: nodeHashers,
      codecs: [nodeZstd],
    };
  }
}
