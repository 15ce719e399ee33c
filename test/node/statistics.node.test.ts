import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { type Clients, clientsOn } from "../conformance/check.ts";
import { blobOf } from "../conformance/blobs.ts";
import { readName, read, writeBlob } from "../conformance/streams.ts";
import { outcome } from "../conformance/outcome.ts";
import { createTarget } from "../conformance/target.node.ts";
import { temporaryFolder } from "../disk/folder.node.ts";
import { bytesOf } from "../support/bytes.ts";
import { type Hayloft, startHayloft } from "../support/hayloft.node.ts";
import { METADATA_HEADER, metadataHeader } from "../support/request-metadata.ts";
import { newToken } from "../support/tokens.node.ts";
import { type Ended, runHayloft } from "./run-hayloft.node.ts";

const hash = "ab".repeat(32);
const digest = { hash, sizeBytes: 10n };
const blob = blobOf(bytesOf(100));

/** What a build says of itself, for one kind of action. */
function bazel(toolInvocationId: string, actionMnemonic: string): Record<string, string> {
  const toolDetails = { toolName: "bazel", toolVersion: "8.0.0" };
  const targetId = "//a:b";
  return {
    [METADATA_HEADER]: metadataHeader({ toolDetails, toolInvocationId, actionMnemonic, targetId }),
  };
}

async function over<T>(
  { url }: Hayloft,
  headers: Readonly<Record<string, string>>,
  calls: (clients: Clients) => Promise<T>,
  protocol: "grpc" | "connect" = "grpc",
): Promise<T> {
  using connection = createTarget({ baseUrl: url, protocol, headers }).connect();
  return await calls(clientsOn(connection));
}

/** As a `curl` would ask, on a connection of its own. */
async function ask(
  { url }: Hayloft,
  method: "GetStatistics" | "ListStatistics",
  question: object,
  token?: string,
): Promise<unknown> {
  const headers = {
    "content-type": "application/json",
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  const answer = Promise.withResolvers<string>();
  const agent = new Agent({ keepAlive: false });
  const path = `${url}/hayloft.v1.Statistics/${method}`;
  request(path, { method: "POST", headers, agent }, (response) => {
    text(response).then(answer.resolve, answer.reject);
  })
    .on("error", answer.reject)
    .end(JSON.stringify(question));
  return JSON.parse(await answer.promise);
}

async function stats({ url }: Hayloft, flags: readonly string[], token = ""): Promise<Ended> {
  const XDG_CONFIG_HOME = await temporaryFolder();
  return await runHayloft(["stats", url, ...flags], { HAYLOFT_TOKEN: token, XDG_CONFIG_HOME });
}

const anyTime: unknown = expect.any(String);
const seenTimes = { firstSeen: anyTime, lastSeen: anyTime };

describe("the statistics of a build", () => {
  test("count what it asked for over gRPC, and how much of that was there", async () => {
    await using server = await startHayloft({ args: ["--store", "memory"] });
    await over(server, bazel("first", "CppCompile"), async (clients) => {
      const { actions, cas } = clients;
      expect(await outcome(actions.getActionResult({ actionDigest: digest }))).toBe("NotFound");
      expect(await outcome(cas.findMissingBlobs({ blobDigests: [blob.digest] }))).toBe("OK");
      expect(await outcome(writeBlob(clients, "", blob))).toBe("OK");
      const update = { actionDigest: digest, actionResult: {} };
      expect(await outcome(actions.updateActionResult(update))).toBe("OK");
    });
    for (const protocol of ["grpc", "connect"] as const) {
      await over(
        server,
        bazel("second", "CppLink"),
        async (clients) => {
          await clients.actions.getActionResult({ actionDigest: digest });
          await read(clients, readName("", blob));
        },
        protocol,
      );
    }
    const absent = { ...digest, hash: "cd".repeat(32) };
    await over(server, bazel("second", "Genrule"), async ({ actions }) => {
      await outcome(actions.getActionResult({ actionDigest: absent }));
      await outcome(actions.getActionResult({ actionDigest: { hash: "no hash" } }));
    });

    expect(await ask(server, "GetStatistics", { invocationId: "first" })).toEqual({
      statistics: {
        actionHitRate: 0,
        actionMisses: "1",
        actionsWritten: "1",
        blobsMissing: "1",
        blobsWritten: "1",
        bytesWritten: "100",
        requests: "4",
        ...seenTimes,
      },
      mnemonics: [{ mnemonic: "CppCompile", actionMisses: "1" }],
    });
    expect(await ask(server, "GetStatistics", { invocationId: "second" })).toEqual({
      statistics: {
        actionHitRate: 2 / 3,
        actionHits: "2",
        actionMisses: "1",
        blobsFound: "2",
        blobsRead: "2",
        bytesRead: "200",
        requests: "6",
        errors: "1",
        ...seenTimes,
      },
      mnemonics: [
        { mnemonic: "CppLink", actionHits: "2" },
        { mnemonic: "Genrule", actionMisses: "1" },
      ],
    });
    for (const question of [{ tool: "bazel" }, { target: "//a:b" }, { principal: "anonymous" }]) {
      const told = await ask(server, "GetStatistics", question);
      expect(told).toMatchObject({ statistics: { actionHits: "2", actionMisses: "2" } });
    }
    const linked = await ask(server, "GetStatistics", { mnemonic: "CppLink", instances: "**" });
    expect(linked).toMatchObject({ statistics: { actionHitRate: 1 } });
    const message: unknown = expect.stringContaining('nothing is known of invocation "third"');
    const unknown = await ask(server, "GetStatistics", { invocationId: "third" });
    expect(unknown).toMatchObject({ code: "not_found", message });
  });

  test("tell the values of named headers apart, over HTTP too", async () => {
    await using server = await startHayloft({
      args: ["--store", "memory", "--stats-header", "X-CI-Job,x-team"],
    });
    const url = `${server.url}/main/ac/${hash}`;
    const headers = { "x-ci-job": "nightly", "user-agent": "ccache/4.10", "x-else": "else" };
    expect((await fetch(url, { headers })).status).toBe(404);
    expect((await fetch(url, { headers, method: "PUT", body: new Uint8Array() })).status).toBe(200);
    await (await fetch(url, { headers })).arrayBuffer();
    await (await fetch(url, { headers: { "x-ci-job": "other" } })).arrayBuffer();

    const nightly = await stats(server, ["--header", "X-CI-Job=nightly"]);
    expect(nightly).toMatchObject({ code: 0, stderr: "" });
    expect(nightly.stdout).toContain("50.0 % hit, 1 of 2 look-ups; 1 written\n");
    const listed = await stats(server, ["--list", "header:x-ci-job", "--instance", "main/**"]);
    expect(listed.stdout).toMatch(
      /^other in main {4}100.0 % hit, 1 of 1 look-ups, .*\nnightly in main {2}50.0 % hit, .*\n$/,
    );
    const tool = await stats(server, ["--tool", "ccache/4.10", "--json"]);
    expect(JSON.parse(tool.stdout)).toMatchObject({ statistics: { requests: "3" } });
    for (const header of ["x-else=else", "x-team=a"]) {
      const { code, stderr } = await stats(server, ["--header", header]);
      expect([code, stderr]).toEqual([2, expect.stringContaining("nothing is known")]);
    }
  });

  /** Other systems let no threads share a port. */
  test.skipIf(process.platform !== "linux")("are those of all threads", async () => {
    await using server = await startHayloft({ args: ["--workers", "2"] });
    const builds = 24;
    for (let index = 0; index < builds; index++) {
      await over(server, bazel(`${index % 2}`, "CppCompile"), async ({ actions }) => {
        await outcome(actions.getActionResult({ instanceName: "main", actionDigest: digest }));
      });
    }
    for (let repeat = 0; repeat < 4; repeat++) {
      expect(await ask(server, "GetStatistics", { invocationId: "0" })).toMatchObject({
        statistics: { actionMisses: `${builds / 2}` },
        mnemonics: [{ mnemonic: "CppCompile", actionMisses: `${builds / 2}` }],
      });
    }
    const question = { kind: "SUBJECT_KIND_INVOCATION", limit: 1 };
    expect(await ask(server, "ListStatistics", question)).toMatchObject({
      subjects: [{ instanceName: "main", value: "1" }],
      total: 2,
    });
  });
});

describe("who may see statistics", () => {
  const [root, team, other] = ["root", "team", "other"].map(newToken);
  const holder = (
    subject: string,
    token: ReturnType<typeof newToken> | undefined,
    instance: string,
    rights: readonly string[],
  ) => ({ subject, sha256: token?.sha256, grants: [{ instance, rights }] });
  const policy = {
    tokens: [
      holder("root", root, "**", ["read", "write", "admin"]),
      holder("team", team, "main/**", ["read", "admin"]),
      holder("other", other, "other", ["read"]),
    ],
  };

  test("is who may read there; lists are for who administers", async () => {
    const env = { HAYLOFT_ACCESS: JSON.stringify(policy) };
    await using server = await startHayloft({ args: ["--store", "memory"], env });
    const look = async (instance: string, token: string | undefined): Promise<number> => {
      const headers = { ...bazel("build", "Javac"), authorization: `Bearer ${token}` };
      const answer = await fetch(`${server.url}/${instance}/ac/${hash}`, { headers });
      await answer.arrayBuffer();
      return answer.status;
    };
    for (const instance of ["main", "main/pr", "other"]) {
      expect(await look(instance, root?.token)).toBe(404);
    }
    expect([await look("main", other?.token), await look("other", team?.token)]).toEqual([
      403, 403,
    ]);

    const invocationId = "build";
    const misses = async (token: string | undefined, question: object = {}): Promise<unknown> =>
      await ask(server, "GetStatistics", { invocationId, ...question }, token);
    const known = (count: number): unknown => {
      const actionMisses = `${count}`;
      const statistics: unknown = expect.objectContaining({ actionMisses, requests: `${count}` });
      return expect.objectContaining({ statistics });
    };
    expect(await misses(root?.token)).toEqual(known(3));
    expect(await misses(team?.token)).toEqual(known(2));
    expect(await misses(team?.token, { instances: "**" })).toEqual(known(2));
    expect(await misses(other?.token)).toEqual(known(1));
    const denied: unknown = expect.objectContaining({ code: "permission_denied" });
    expect(await misses(other?.token, { instances: "main" })).toEqual(denied);
    expect(await misses(other?.token, { instances: "main/**" })).toMatchObject({
      code: "not_found",
    });
    expect(await misses("wrong")).toMatchObject({ code: "unauthenticated" });

    const list = async (token: string | undefined, instances?: string): Promise<unknown> =>
      await ask(server, "ListStatistics", { kind: "SUBJECT_KIND_INSTANCE", instances }, token);
    expect(await list(other?.token, "other")).toEqual(denied);
    expect(await list(team?.token)).toEqual(denied);
    expect(await list(team?.token, "main/**")).toMatchObject({
      subjects: [{ instanceName: "main/pr" }, { instanceName: "main" }],
      total: 2,
    });
    expect(await list(root?.token)).toMatchObject({ total: 3 });
    const refused = await stats(server, ["--list", "principals"], other?.token);
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringContaining("other may not administer the cache"),
    ]);
  });
});

describe("what is asked wrongly", () => {
  test("is refused with what to do", async () => {
    await using server = await startHayloft({ args: ["--store", "memory"] });
    for (const [flags, remedy] of [
      [["--tool", "x", "--target", "y"], "one subject at a time"],
      [["--list", "tools", "--target", "y"], "one subject at a time"],
      [["--list", "builds"], "give one of instances, invocations"],
      [["--list", "header:"], "say which header"],
      [["--header", "x-ci-job"], "give NAME=VALUE"],
      [["--instance", "a//b"], "double slash"],
    ] as const) {
      const { code, stdout, stderr } = await stats(server, flags);
      expect([flags, code, stdout, stderr]).toEqual([
        flags,
        2,
        "",
        expect.stringContaining(remedy),
      ]);
    }
    for (const question of [{}, { kind: "SUBJECT_KIND_TOOL", limit: 501 }]) {
      expect(await ask(server, "ListStatistics", question)).toMatchObject({
        code: "invalid_argument",
      });
    }
  });

  test.each([
    ["authorization", "holds credentials"],
    ["x-a,X-Api-Key", "holds credentials"],
    ["x-a, x-b", "give names of headers"],
    [Array.from({ length: 9 }, (_, index) => `x-${index}`).join(","), "at most 8"],
  ])("--stats-header %s is refused", async (names, remedy) => {
    const { code, stderr } = await runHayloft(["serve", "--stats-header", names]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(remedy)]);
  });
});
