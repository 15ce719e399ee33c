import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Miniflare, type MiniflareOptions, Response } from "miniflare";
import { expectNoSecrets } from "./secrets.node.ts";

/** The cache as a Worker, in a workerd of its own, with a bucket and a database that are its own too. */
export interface TestWorker extends AsyncDisposable {
  /** Where it listens: `127.0.0.1:PORT`. */
  readonly address: string;
  readonly url: string;
  /** Asked for each time: a deployment makes others. */
  bucket(): ReturnType<Miniflare["getR2Bucket"]>;
  database(): Promise<Database>;
  /** Where the runtime can be looked into. */
  readonly inspectorUrl: URL;
  /** What it has written to its log. */
  log(): string;
  /** Runs the cron trigger, as of now or of another time. How it ended. */
  sweep(scheduledTime?: Date): Promise<string>;
  /** Puts a new version of the program in place, as a deployment does; requests under way may end or break. */
  deployAgain(): Promise<void>;
}

type Database = Awaited<ReturnType<Miniflare["getD1Database"]>>;

const NAME = "hayloft";

/** What wrangler.toml deploys it with. */
export const compatibilityFlags: readonly string[] = [
  "enable_request_signal",
  "nodejs_compat",
  "no_nodejs_compat_v2",
];

const openToAll = { HAYLOFT_OPEN: "1" };
const top = fileURLToPath(new URL("../../", import.meta.url));
const main = fileURLToPath(new URL("../../functions/cloudflare/main.workerd.ts", import.meta.url));
const migrations = join(top, "infra/cloudflare/migrations");

let bundled: Promise<string> | undefined;

/** The program as wrangler bundles it. */
export async function bundle(): Promise<string> {
  const bundleOnce = async (): Promise<string> => {
    const { outputFiles } = await build({
      entryPoints: [main],
      bundle: true,
      write: false,
      format: "esm",
      target: "es2024",
      conditions: ["workerd", "worker", "browser"],
      external: ["cloudflare:*", "node:zlib"],
    });
    return outputFiles[0]?.text ?? "";
  };
  return await (bundled ??= bundleOnce());
}

/** A file of a Worker. */
export interface WorkerModule {
  readonly path: string;
  readonly contents: string;
}

/** What answers at addresses that a Worker fetches from. */
export type Outside = (url: string) => Promise<readonly [body: string, init?: { status: number }]>;

/** A cache needs nothing but its bindings, unless others issue its tokens. */
const noWayOut: Outside = async () => ["no way out", { status: 502 }];

/** Starts it with these variables: open to everybody, if they are left out. The first module is the way in, by default all there is. */
export async function startWorker(
  variables: Readonly<Record<string, string>> = openToAll,
  modules?: readonly WorkerModule[],
  outside: Outside = noWayOut,
): Promise<TestWorker> {
  let log = "";
  const program = modules ?? [{ path: "main.js", contents: await bundle() }];
  const options = optionsFor(program, variables, outside, (message) => (log += `${message}\n`));
  const runtime = new Miniflare(options);
  const { host, origin } = await runtime.ready;
  const database = async (): Promise<Database> => await runtime.getD1Database("INDEX");
  await migrate(await database());
  return {
    address: host,
    url: origin,
    bucket: async () => await runtime.getR2Bucket("OBJECTS"),
    database,
    inspectorUrl: await runtime.getInspectorURL(),
    log: () => log,
    sweep: async (scheduledTime = new Date()) => {
      const { outcome } = await (await runtime.getWorker()).scheduled({ scheduledTime });
      return outcome;
    },
    deployAgain: async () => await runtime.setOptions(options),
    [Symbol.asyncDispose]: async () => {
      await runtime.dispose();
      expectNoSecrets(log);
    },
  };
}

function optionsFor(
  modules: readonly WorkerModule[],
  variables: Readonly<Record<string, string>>,
  outside: Outside,
  log: (message: string) => void,
): MiniflareOptions {
  return convertV4MiniflareOptions({
    name: NAME,
    modules: modules.map((module) => ({ type: "ESModule", ...module })),
    compatibilityDate: "2026-11-01",
    compatibilityFlags: [...compatibilityFlags],
    host: "127.0.0.1",
    port: 0,
    inspectorPort: 0,
    handleStructuredLogs: ({ message }) => log(message),
    bindings: { ...variables },
    d1Databases: ["INDEX"],
    r2Buckets: ["OBJECTS"],
    outboundService: async ({ url }: { readonly url: string }) =>
      new Response(...(await outside(url))),
  });
}

/** Makes the table, as `wrangler d1 migrations apply` does. */
async function migrate(database: Database): Promise<void> {
  for (const name of readdirSync(migrations).toSorted()) {
    const sql = readFileSync(join(migrations, name), "utf8").replaceAll(/--.*$/gm, "");
    const statements = sql.split(";").filter((statement) => statement.trim() !== "");
    await database.batch(statements.map((statement) => database.prepare(statement)));
  }
}
