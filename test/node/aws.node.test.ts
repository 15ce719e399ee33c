import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { largeBlob, upload } from "../conformance/blobs.ts";
import { clientsOn } from "../conformance/check.ts";
import { createTarget } from "../conformance/target.node.ts";
import { newObjects } from "../support/aws-stores.node.ts";
import { type Hayloft, startHayloft } from "../support/hayloft.node.ts";
import { listOf } from "../support/list-of.ts";
import { environmentOf, type LocalAws, startLocalAws } from "../support/local-aws.node.ts";
import { dynamoError, s3Error } from "../support/scripted-server.node.ts";
import { startTroubled, type TroubledEngine } from "../support/troubled-engine.node.ts";
import { EveryRequest, type Outcomes } from "./every-request.node.ts";
import { runHayloft } from "./run-hayloft.node.ts";
import { troublesIn } from "../support/logged.ts";

let aws: LocalAws;
beforeAll(async () => {
  aws = await startLocalAws();
});
afterAll(async () => await aws[Symbol.asyncDispose]());

const TIMEOUT = { timeout: 60_000 };

const nowhere = "http://127.0.0.1:1";
const store = ["--store", "s3+dynamodb"];

describe("what keeps a server from starting is told in one line", () => {
  const cases: readonly {
    readonly what: string;
    readonly args?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
    readonly says: RegExp;
  }[] = [
    {
      what: "no bucket",
      args: [...store, "--table", "hayloft"],
      says: /--store s3\+dynamodb needs --bucket NAME and --table NAME beside it/,
    },
    {
      what: "no table",
      args: [...store, "--bucket", "hayloft"],
      says: /--store s3\+dynamodb needs --bucket NAME and --table NAME beside it/,
    },
    {
      what: "a wrong bucket",
      args: [...store, "--table", "hayloft", "--bucket", "wrong"],
      says: /s3:GetObject on bucket "wrong" .*\(NoSuchBucket\): there is none; deploy it, or correct its name/,
    },
    {
      what: "a missing table",
      args: [...store, "--bucket", "hayloft", "--table", "wrong"],
      says: /dynamodb:BatchGetItem on table "wrong" .*\(ResourceNotFoundException\): there is none; deploy/,
    },
    {
      what: "wrong credentials",
      env: { AWS_SECRET_ACCESS_KEY: "wrong" },
      says: /\(SignatureDoesNotMatch\): AWS does not know the credentials of this process; correct them/,
    },
    {
      what: "no credentials",
      env: {
        AWS_ACCESS_KEY_ID: "",
        AWS_SECRET_ACCESS_KEY: "",
        AWS_CONFIG_FILE: "/nonexistent",
        AWS_SHARED_CREDENTIALS_FILE: "/nonexistent",
        AWS_EC2_METADATA_DISABLED: "true",
      },
      says: /\(CredentialsProviderError\): this process has no credentials; let it run under a role/,
    },
    {
      what: "S3 that is down",
      env: { AWS_ENDPOINT_URL_S3: nowhere },
      says: /s3:GetObject on bucket "hayloft" failed: .*ECONNREFUSED/,
    },
    {
      what: "DynamoDB that is down",
      env: { AWS_ENDPOINT_URL_DYNAMODB: nowhere },
      says: /dynamodb:BatchGetItem on table "hayloft" failed: .*ECONNREFUSED/,
    },
  ];

  it.each(cases)("$what", async ({ args = aws.args, env, says }) => {
    const { code, stdout, stderr } = await runHayloft(
      ["serve", "--listen", "127.0.0.1:0", ...args],
      { ...aws.env, ...env },
    );
    expect(stderr).toMatch(says);
    expect(stderr).toMatch(/^hayloft: [^\n]*\n$/);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });
});

it("what goes into the bucket is compressed where that is asked for", TIMEOUT, async () => {
  const args = [...aws.args, "--compress-at-rest", "zstd"];
  await using hayloft = await startHayloft({ args, env: aws.env });
  const connected = createTarget({ baseUrl: hayloft.url, protocol: "grpc" }).connect();
  const blob = largeBlob(100_000);
  await upload(clientsOn(connected), "compressed", blob);
  await using bucket = await newObjects(aws.s3);
  const names = (await listOf(bucket.objects.list("", new AbortController().signal))).flat();
  const ours = names.filter((name) => name.includes(`/compressed/sha256/${blob.digest.hash}/`));
  expect(ours).toEqual([expect.stringMatching(/z$/)]);
});

/** A server over engines that can be troubled. */
interface Troubled extends AsyncDisposable {
  readonly s3: TroubledEngine;
  readonly dynamo: TroubledEngine;
  readonly hayloft: Hayloft;
  readonly requests: EveryRequest;
}

let servers = 0;

async function startServer(): Promise<Troubled> {
  await using parts = new AsyncDisposableStack();
  const s3 = parts.use(await startTroubled(aws.s3));
  const dynamo = parts.use(await startTroubled(aws.dynamo));
  const env = { ...aws.env, ...environmentOf(s3, dynamo) };
  const hayloft = parts.use(await startHayloft({ args: aws.args, env }));
  const target = createTarget({ baseUrl: hayloft.url, protocol: "grpc" });
  // Each has an instance of its own, because they share the engines.
  const requests = new EveryRequest(target, parts.use(target.connect()), `team/${++servers}`);
  await requests.prepare();
  const kept = parts.move();
  const dispose = async (): Promise<void> => await kept.disposeAsync();
  return { s3, dynamo, hayloft, requests, [Symbol.asyncDispose]: dispose };
}

/** How requests of the bucket and of the table end. */
async function outcomesOf({ requests }: Troubled): Promise<readonly Outcomes[]> {
  return await Promise.all([requests.ofBucket(), requests.ofTable()]);
}

const fine: Outcomes = ["OK", "OK", "OK", "OK", 200, 200];
const fineInTable: Outcomes = ["OK", "OK", "OK", "OK", "OK", 200];

function linesOf({ hayloft }: Troubled): readonly string[] {
  return troublesIn(hayloft.output());
}

// Each with a server of its own, because what is throttled is asked for again and again, which takes seconds.
describe.concurrent(
  "trouble while serving is no miss, and has one line in the log",
  TIMEOUT,
  () => {
    it.each([
      { name: "AccessDenied", status: 403, ends: "Internal", says: "allow it in the policy" },
      { name: "ExpiredToken", status: 400, ends: "Internal", says: "have expired; renew them" },
      { name: "NoSuchBucket", status: 404, ends: "Internal", says: "there is none; deploy it" },
      { name: "SlowDown", status: 503, ends: "Unavailable", says: "SlowDown it is." },
    ])("with the bucket: $name", async ({ name, status, ends, says }) => {
      await using server = await startServer();
      server.s3.trouble = s3Error(status, name);
      const http = ends === "Internal" ? 500 : 503;
      const troubled = [ends, ends, ends, ends, http, http];
      expect(await outcomesOf(server)).toEqual([troubled, fineInTable]);
      const lines = linesOf(server);
      expect(lines.map(actionOf).toSorted()).toEqual(["s3:GetObject", "s3:PutObject"]);
      for (const line of lines) {
        expect(line).toContain('on bucket "hayloft"');
        expect(line).toContain(name);
        expect(line).toContain(says);
      }
      server.s3.trouble = undefined;
      expect(await outcomesOf(server)).toEqual([fine, fineInTable]);
      expect(linesOf(server)).toEqual(lines);
    });

    it.each([
      { name: "AccessDeniedException", ends: "Internal", says: "policy" },
      { name: "ExpiredTokenException", ends: "Internal", says: "have expired" },
      { name: "ResourceNotFoundException", ends: "Internal", says: "there is none" },
      { name: "ProvisionedThroughputExceededException", ends: "Unavailable", says: "it is." },
    ])("with the table: $name", async ({ name, ends, says }) => {
      await using server = await startServer();
      server.dynamo.trouble = dynamoError(400, name);
      const http = ends === "Internal" ? 500 : 503;
      const [bucket, table] = await outcomesOf(server);
      expect(bucket).toEqual([ends, ends, ends, ends, http, http]);
      expect(table).toEqual([ends, ends, ends, ends, ends, http]);
      const lines = linesOf(server);
      expect(new Set(lines.map(actionOf)).size).toBe(lines.length);
      expect(lines.map(actionOf)).toContain("dynamodb:BatchGetItem");
      for (const line of lines) {
        expect(line).toContain('on table "hayloft"');
        expect(line).toContain(name);
        expect(line).toContain(says);
      }
      server.dynamo.trouble = undefined;
      expect(await outcomesOf(server)).toEqual([fine, fineInTable]);
    });

    it("where only entries of batches tell of it", async () => {
      await using server = await startServer();
      server.s3.trouble = s3Error(403, "AccessDenied");
      expect(await server.requests.uploaded()).toBe("Internal");
      expect(await server.requests.downloaded()).toBe("Internal");
      expect(linesOf(server).map(actionOf)).toEqual(["s3:PutObject", "s3:GetObject"]);
    });

    it("with either, when it is gone", async () => {
      await using server = await startServer();
      const down = "Unavailable";
      await server.s3[Symbol.asyncDispose]();
      expect(await outcomesOf(server)).toEqual([[down, down, down, down, 503, 503], fineInTable]);
      await server.dynamo[Symbol.asyncDispose]();
      expect(await outcomesOf(server)).toEqual([
        [down, down, down, down, 503, 503],
        [down, down, down, down, down, 503],
      ]);
      const lines = linesOf(server);
      for (const line of lines) expect(line).toMatch(/ECONN(REFUSED|RESET)|socket hang up/);
      // A connection may have been refused, or broken: each has its line, not each request.
      expect(lines.length).toBeLessThan(8);
      expect(await server.hayloft.stop()).toBe(0);
    });
  },
);

function actionOf(line: string): string {
  return /\b(?:s3|dynamodb):\w+/.exec(line)?.[0] ?? line;
}
