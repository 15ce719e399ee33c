import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readyRoot } from "../../clients/ready-root.node.ts";
import type { BuildsReport } from "../results/report.ts";
import type { SoakedServer } from "../shapes/soaked-server.ts";
import { bazelClient } from "./bazel-client.node.ts";
import { BUILDS_OF_ROUND, type BuildClient, type BuildSite } from "./build-client.node.ts";
import { moonClient } from "./moon-client.node.ts";
import { reccClient } from "./recc-client.node.ts";

const clients: readonly BuildClient[] = [bazelClient, reccClient, moonClient];

/** A client rests for as long as it has built, and at least so long. */
const LEAST_REST_MS = 3000;

/** One soak keeps as many of a client's troubles, and as much of each. */
const MOST_TROUBLES = 10;
const MOST_LETTERS = 1000;

class Skipped extends Error {}

/** One client that builds again and again. */
export class BuildLoop {
  readonly name: string;
  readonly #client: BuildClient;
  readonly #troubles: string[] = [];
  #built: BuildsReport["built"] = 0;

  constructor(client: BuildClient) {
    this.name = client.name;
    this.#client = client;
  }

  get builds(): number {
    return typeof this.#built === "number" ? this.#built : 0;
  }

  get report(): BuildsReport {
    return {
      name: this.name,
      built: this.#built,
      troubles: this.#troubles.slice(0, MOST_TROUBLES).map(inOneLine),
    };
  }

  /** Builds until it is told to stop; then the round under way ends. */
  async run(site: Omit<BuildSite, "root">, stop: AbortSignal): Promise<void> {
    try {
      const root = await rootOf(this.#client);
      await mkdir(site.folder, { recursive: true });
      const round = await this.#client.prepare({ ...site, root });
      for (let number = 1; !stop.aborted; number++) {
        const startMs = performance.now();
        this.#troubles.push(...(await round(number)));
        this.#built = this.builds + BUILDS_OF_ROUND;
        await rest(performance.now() - startMs, stop);
      }
    } catch (error) {
      if (error instanceof Skipped) this.#built = { skipped: error.message };
      else this.#troubles.push(error instanceof Error ? error.message : String(error));
    }
  }
}

export function loopsFor(server: SoakedServer): readonly BuildLoop[] {
  return clients.filter(({ fits }) => fits(server)).map((client) => new BuildLoop(client));
}

/** Where the client is installed. It is not made for a soak, as tests do: that takes minutes. */
async function rootOf({ root }: BuildClient): Promise<string> {
  const { HAYLOFT_CLIENTS_DIR, XDG_CACHE_HOME } = process.env;
  const cache = join(XDG_CACHE_HOME ?? join(homedir(), ".cache"), "hayloft/clients");
  const folder = join(HAYLOFT_CLIENTS_DIR ?? cache, root);
  const skip = (why: string): never => {
    throw new Skipped(why);
  };
  if (!existsSync(folder)) skip(`test/clients/make-root.sh ${root} makes what it needs`);
  return await readyRoot(root, skip);
}

async function rest(builtMs: number, signal: AbortSignal): Promise<void> {
  await sleep(Math.max(LEAST_REST_MS, builtMs), undefined, { signal }).catch(() => undefined);
}

/** What tools say has many lines, and the last of them are those that tell. */
function inOneLine(text: string): string {
  return text
    .trim()
    .replaceAll(/\s*\n\s*/g, " / ")
    .slice(-MOST_LETTERS);
}
