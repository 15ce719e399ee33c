import { join } from "node:path";
import { type BuildLoop, loopsFor } from "./builds/build-loop.node.ts";
import type { BuildSite } from "./builds/build-client.node.ts";
import type { SoakOptions } from "./command-line.node.ts";
import { LoadProcess } from "./load/load-process.node.ts";
import { sumOf } from "./load/tally.ts";
import type { BuildsReport } from "./results/report.ts";
import type { Progress } from "./sampling/sampler.node.ts";
import type { SoakAccess } from "./shapes/access.node.ts";
import type { SoakedServer } from "./shapes/soaked-server.ts";

const PROCESSES = 2;
const LANES_OF_PROCESS = 12;

export interface WholeLoadOptions {
  readonly options: SoakOptions;
  readonly server: SoakedServer;
  readonly access: SoakAccess;
  /** For builds. */
  readonly folder: string;
}

/** Synthetic load from processes of its own, and builds beside it. */
export class WholeLoad implements AsyncDisposable {
  readonly #processes: readonly LoadProcess[];
  readonly #loops: readonly BuildLoop[];
  readonly #stopping = new AbortController();
  readonly #building: Promise<unknown>;

  constructor({ options, server, access, folder }: WholeLoadOptions) {
    this.#processes = Array.from(
      { length: PROCESSES },
      (_, index) =>
        new LoadProcess({
          url: server.url,
          ...server.ways,
          tokens: access.tokens,
          instanceName: `soak/${index}`,
          seed: options.seed * PROCESSES + index,
          leaseMs: server.leaseMs,
          requestsPerSecond: options.requestsPerSecond / PROCESSES,
          uploadBytesPerSecond: server.uploadBytesPerSecond / PROCESSES,
          lanes: LANES_OF_PROCESS,
        }),
    );
    this.#loops = options.builds ? loopsFor(server) : [];
    const hasGrpc = server.ways.protocols.includes("grpc");
    const site: Omit<BuildSite, "root" | "folder"> = {
      address: server.address,
      token: access.tokens.write,
      protocols: hasGrpc ? ["grpc", "http"] : ["http"],
      leaseMs: server.leaseMs,
    };
    this.#building = Promise.all(
      this.#loops.map(async (loop, index) => {
        await loop.run({ ...site, folder: join(folder, `builds-${index}`) }, this.#stopping.signal);
      }),
    );
  }

  get progress(): Progress {
    return {
      counts: sumOf(this.#processes.map(({ counts }) => counts)),
      builds: this.#loops.reduce((sum, { builds }) => sum + builds, 0),
    };
  }

  get builds(): readonly BuildsReport[] {
    return this.#loops.map(({ report }) => report);
  }

  /** Throws once a process has ended by itself. */
  async untilBroken(): Promise<never> {
    return await Promise.race(this.#processes.map(async (one) => await one.untilBroken()));
  }

  /** Lets what is under way end. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.#processes.map(async (one) => await one.stop()), this.#building]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#processes.map(async (one) => await one[Symbol.asyncDispose]()));
    await this.#building;
  }
}
