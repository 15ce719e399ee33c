import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Blob, blobOf, upload } from "../conformance/blobs.ts";
import { clientsOn } from "../conformance/check.ts";
import { get, put } from "../conformance/http.node.ts";
import { entryOutcome, outcome } from "../conformance/outcome.ts";
import { read, readName, writeBlob } from "../conformance/streams.ts";
import { createTarget } from "../conformance/target.node.ts";
import { bytesOf } from "../support/bytes.ts";
import { type Hayloft, startHayloft } from "../support/hayloft.node.ts";
import { environmentOf, type LocalAws, startLocalAws } from "../support/local-aws.node.ts";
import { dynamoError, s3Error } from "../support/scripted-server.node.ts";
import { startTroubled, type TroubledEngine } from "../support/troubled-engine.node.ts";
import { runHayloft } from "./run-hayloft.node.ts";

let aws: LocalAws;
beforeAll(async () => {
  aws = await startLocalAws();
});
afterAll(async () => await aws[Symbol.asyncDispose]());

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

/** A server over engines that can be troubled, with a blob in the bucket and an action result that refers to it. */
interface Troubled extends AsyncDisposable {
  readonly s3: TroubledEngine;
  readonly dynamo: TroubledEngine;
  readonly hayloft: Hayloft;
  /** How every request ends that the bucket has a part in, and how those that it has none in. */
  outcomes(): Promise<Readonly<Record<"bucket" | "table", readonly unknown[]>>>;
}

const large = blobOf(bytesOf(5000));
const small = blobOf(bytesOf(50));
const action = blobOf(bytesOf(60)).digest;

let servers = 0;

async function startServer(): Promise<Troubled> {
  await using parts = new AsyncDisposableStack();
  // They share the engines.
  const instanceName = `team/${++servers}`;
  const s3 = parts.use(await startTroubled(aws.s3));
  const dynamo = parts.use(await startTroubled(aws.dynamo));
  const env = { ...aws.env, ...environmentOf(s3, dynamo) };
  const hayloft = parts.use(await startHayloft({ args: aws.args, env }));
  const target = createTarget({ baseUrl: hayloft.url, protocol: "grpc" });
  const connection = parts.use(target.connect());
  const clients = clientsOn(connection);
  const { cas, actions, byteStream } = clients;
  const where = { target, instanceName };
  const outputFiles = [{ path: "o", digest: large.digest }];
  const actionResult = { outputFiles };
  await upload({ cas }, instanceName, large, small);
  await actions.updateActionResult({ instanceName, actionDigest: action, actionResult });

  let writes = 0;
  const fresh = (size: number): Blob => blobOf(bytesOf(size, ++writes + 100));
  const updated = async ({ digest, data }: Blob): Promise<string> => {
    const request = { instanceName, requests: [{ digest, data }] };
    return await entryOrCall(cas.batchUpdateBlobs(request));
  };
  const kept = parts.move();
  return {
    s3,
    dynamo,
    hayloft,
    outcomes: async () => ({
      bucket: await Promise.all([
        entryOrCall(cas.batchReadBlobs({ instanceName, digests: [large.digest] })),
        outcome(read({ byteStream }, readName(instanceName, large))),
        updated(fresh(5000)),
        outcome(writeBlob(clients, instanceName, fresh(5000))),
        get(where, "cas", large.digest).then(({ status }) => status),
        putFresh(fresh(5000)),
      ]),
      table: await Promise.all([
        outcome(cas.findMissingBlobs({ instanceName, blobDigests: [large.digest] })),
        entryOrCall(cas.batchReadBlobs({ instanceName, digests: [small.digest] })),
        updated(fresh(50)),
        outcome(actions.getActionResult({ instanceName, actionDigest: action })),
        outcome(actions.updateActionResult({ instanceName, actionDigest: action, actionResult })),
        get(where, "ac", action).then(({ status }) => status),
      ]),
    }),
    [Symbol.asyncDispose]: async () => await kept.disposeAsync(),
  };

  async function putFresh({ digest, data }: Blob): Promise<number> {
    return (await put(where, "cas", digest, data)).status;
  }
}

interface Entries {
  readonly responses: readonly Parameters<typeof entryOutcome>[0][];
}

/** How the one entry of a batch ends, or the call if it does not come to that. */
async function entryOrCall(call: Promise<Entries>): Promise<string> {
  let entries: Entries | undefined;
  const ended = await outcome(call.then((answer) => (entries = answer)));
  return entries === undefined ? ended : entries.responses.map(entryOutcome).join();
}

const fine = ["OK", "OK", "OK", "OK", 200, 200];
const fineInTable = ["OK", "OK", "OK", "OK", "OK", 200];
const internal = ["Internal", "Internal", "Internal", "Internal", 500, 500];
const unavailable = ["Unavailable", "Unavailable", "Unavailable", "Unavailable", 503, 503];

function linesOf({ hayloft }: Troubled): readonly string[] {
  return hayloft.output().match(/^hayloft: .*$/gm) ?? [];
}

// Each with a server of its own, because what is throttled is asked for again and again, which takes seconds.
describe.concurrent("trouble while serving is no miss, and has one line in the log", () => {
  it.each([
    { name: "AccessDenied", status: 403, ends: internal, says: "allow it in the policy" },
    { name: "ExpiredToken", status: 400, ends: internal, says: "have expired; renew them" },
    { name: "NoSuchBucket", status: 404, ends: internal, says: "there is none; deploy it" },
    { name: "SlowDown", status: 503, ends: unavailable, says: "SlowDown it is." },
  ])("with the bucket: $name", async ({ name, status, ends, says }) => {
    await using server = await startServer();
    server.s3.trouble = s3Error(status, name);
    const outcomes = await server.outcomes();
    expect(outcomes).toEqual({ bucket: ends, table: fineInTable });
    const lines = linesOf(server);
    expect(lines.map(actionOf).toSorted()).toEqual(["s3:GetObject", "s3:PutObject"]);
    for (const line of lines) {
      expect(line).toContain('on bucket "hayloft"');
      expect(line).toContain(name);
      expect(line).toContain(says);
    }
    server.s3.trouble = undefined;
    expect(await server.outcomes()).toEqual({ bucket: fine, table: fineInTable });
    expect(linesOf(server)).toEqual(lines);
  });

  it.each([
    { name: "AccessDeniedException", ends: "Internal", status: 500, says: "policy" },
    { name: "ExpiredTokenException", ends: "Internal", status: 500, says: "have expired" },
    { name: "ResourceNotFoundException", ends: "Internal", status: 500, says: "there is none" },
    {
      name: "ProvisionedThroughputExceededException",
      ends: "Unavailable",
      status: 503,
      says: "ProvisionedThroughputExceededException it is.",
    },
  ])("with the table: $name", async ({ name, ends, status, says }) => {
    await using server = await startServer();
    server.dynamo.trouble = dynamoError(400, name);
    const outcomes = await server.outcomes();
    expect(outcomes.bucket).toEqual([ends, ends, ends, ends, status, status]);
    expect(outcomes.table).toEqual([ends, ends, ends, ends, ends, status]);
    const lines = linesOf(server);
    expect(new Set(lines.map(actionOf)).size).toBe(lines.length);
    expect(lines.map(actionOf)).toContain("dynamodb:BatchGetItem");
    for (const line of lines) {
      expect(line).toContain('on table "hayloft"');
      expect(line).toContain(name);
      expect(line).toContain(says);
    }
    server.dynamo.trouble = undefined;
    expect(await server.outcomes()).toEqual({ bucket: fine, table: fineInTable });
  });

  it("with either, when it is gone", async () => {
    await using server = await startServer();
    await server.s3[Symbol.asyncDispose]();
    expect(await server.outcomes()).toEqual({ bucket: unavailable, table: fineInTable });
    await server.dynamo[Symbol.asyncDispose]();
    const down = await server.outcomes();
    expect(down.bucket).toEqual(unavailable);
    expect(down.table).toEqual([...unavailable.slice(0, 4), "Unavailable", 503]);
    const lines = linesOf(server);
    expect(new Set(lines.map(actionOf)).size).toBe(lines.length);
    for (const line of lines) expect(line).toMatch(/ECONN(REFUSED|RESET)|socket hang up/);
    expect(await server.hayloft.stop()).toBe(0);
  });
});

function actionOf(line: string): string {
  return /\b(?:s3|dynamodb):\w+/.exec(line)?.[0] ?? line;
}
