import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createDynamoClient } from "../../shared/adapters/aws/aws-clients.node.ts";
import { bundleAll, type LambdaProgram } from "../../infra/aws/bundle.node.ts";
import {
  type AwsEngine,
  bucket,
  createTable,
  credentials,
  region,
  startDynalite,
  startMiniflareS3,
} from "./aws-engines.node.ts";
import { expectNoSecrets } from "./secrets.node.ts";
import { startStrictS3 } from "./strict-s3.node.ts";

/** What functions find in their environment. */
export type Variables = Readonly<Record<string, string>>;

/** What functions share: a bucket, a table and bundles. */
export interface Deployment extends AsyncDisposable {
  readonly s3: AwsEngine;
  readonly dynamo: AwsEngine;
  readonly table: string;
  readonly variables: Variables;
  /** The file of each program. */
  readonly programs: Readonly<Record<LambdaProgram, string>>;
}

export async function startDeployment(): Promise<Deployment> {
  await using parts = new AsyncDisposableStack();
  const dynamo = parts.use(await startDynalite());
  const s3 = parts.use(await startStrictS3(parts.use(await startMiniflareS3())));
  const folder = await mkdtemp(join(tmpdir(), "hayloft-lambda-"));
  parts.defer(async () => await rm(folder, { recursive: true }));
  const { main, sweep } = await bundleAll(folder);
  const table = "hayloft";
  await createTable(createDynamoClient({ endpoint: dynamo.endpoint, credentials, region }), table);
  const kept = parts.move();
  return {
    s3,
    dynamo,
    table,
    variables: {
      HAYLOFT_BUCKET: bucket,
      HAYLOFT_TABLE: table,
      AWS_ENDPOINT_URL_S3: s3.endpoint,
      AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
    programs: { main: join(main, "index.cjs"), sweep: join(sweep, "index.cjs") },
    [Symbol.asyncDispose]: async () => await kept.disposeAsync(),
  };
}

/** The function behind its URL, in a process of its own. */
export interface FunctionUrl extends AsyncDisposable {
  readonly url: string;
  /** What its log says so far. */
  log(): string;
  /** What it has written to its standard output so far, where Lambda finds metrics. */
  output(): string;
}

const host = fileURLToPath(new URL("lambda-host.node.ts", import.meta.url));

/** Lets everybody in. */
export const open: Variables = { HAYLOFT_OPEN: "1" };

export async function startFunctionUrl(
  deployment: Deployment,
  variables: Variables,
): Promise<FunctionUrl> {
  const child = spawn(process.execPath, [host, deployment.programs.main], {
    env: { ...deployment.variables, ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const killWithUs = (): void => void child.kill("SIGKILL");
  process.once("exit", killWithUs);
  const ended = once(child, "close");
  let log = "";
  let output = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (log += text));
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  const url = await firstLine(child, () => log);
  return {
    url: url.replace("listening on ", ""),
    log: () => log,
    output: () => output,
    [Symbol.asyncDispose]: async () => {
      process.removeListener("exit", killWithUs);
      child.kill("SIGKILL");
      await ended;
      expectNoSecrets(log);
    },
  };
}

/** Reads on after it: a function whose output nobody takes would stop. */
async function firstLine(child: ChildProcess, log: () => string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  if (child.stdout !== null) createInterface(child.stdout).once("line", resolve);
  child.once("close", () => reject(new Error(`the function did not start:\n${log()}`)));
  return await promise;
}
