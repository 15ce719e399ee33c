import { afterAll, beforeAll, describe, it } from "vitest";
import type { DigestFunction_Value } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { type Clients, clientsOn } from "../conformance/check.ts";
import { drain, outcome, type Outcome } from "../conformance/outcome.ts";
import { createTarget } from "../conformance/target.node.ts";
import type { Connection } from "../conformance/target.ts";
import { type Hayloft, startHayloft } from "../support/hayloft.node.ts";
import { attack } from "./campaign.node.ts";
import { expectMissing } from "./health.node.ts";
import type { Random } from "./random.node.ts";
import { canary, otherBytes } from "./sessions.node.ts";
import {
  anyCompressor,
  anyDigest,
  anyDigestFunction,
  anyInstanceName,
  anyOffset,
  anyPath,
  anyResourceName,
} from "./strange-values.node.ts";

let hayloft: Hayloft;
let connection: Connection;
let clients: Clients;

beforeAll(async () => {
  hayloft = await startHayloft({ args: ["--store", "memory", "--size", "64MiB"] });
  connection = createTarget({ baseUrl: hayloft.url, protocol: "grpc" }).connect();
  clients = clientsOn(connection);
});
afterAll(async () => {
  connection[Symbol.dispose]();
  await hayloft.stop();
});

/** How calls with strange values may end: never as if the server were at fault, or worth another try. */
const expected: ReadonlySet<Outcome> = new Set([
  "OK",
  "InvalidArgument",
  "NotFound",
  "OutOfRange",
  "FailedPrecondition",
  "Unimplemented",
]);

/** One call of each RPC, with values that are strange. */
const calls: Readonly<Record<string, (random: Random) => Promise<unknown>>> = {
  GetCapabilities: async (random) =>
    await clients.capabilities.getCapabilities({ instanceName: anyInstanceName(random) }),
  FindMissingBlobs: async (random) =>
    await clients.cas.findMissingBlobs({
      ...common(random),
      blobDigests: [canary.digest, anyDigest(random), anyDigest(random)],
    }),
  BatchReadBlobs: async (random) =>
    await clients.cas.batchReadBlobs({
      ...common(random),
      digests: [canary.digest, anyDigest(random)],
      acceptableCompressors: [anyCompressor(random)],
    }),
  BatchUpdateBlobs: async (random) =>
    await clients.cas.batchUpdateBlobs({
      ...common(random),
      requests: [
        { digest: canary.digest, data: otherBytes },
        { digest: anyDigest(random), data: otherBytes, compressor: anyCompressor(random) },
      ],
    }),
  GetTree: async (random) =>
    await drain(
      clients.cas.getTree({
        ...common(random),
        rootDigest: anyDigest(random),
        pageSize: random.pick([0, 1, -1, 2 ** 31 - 1]),
        pageToken: random.pick(["", "x", "AAAA", "-1", "99999999999999999999"]),
      }),
    ),
  GetActionResult: async (random) =>
    await clients.actions.getActionResult({ ...common(random), actionDigest: anyDigest(random) }),
  UpdateActionResult: async (random) =>
    await clients.actions.updateActionResult({
      ...common(random),
      actionDigest: anyDigest(random),
      actionResult: {
        outputFiles: [{ path: anyPath(random), digest: anyDigest(random) }],
        outputDirectories: [{ path: anyPath(random), treeDigest: anyDigest(random) }],
        stdoutDigest: anyDigest(random),
      },
    }),
  Read: async (random) =>
    await drain(
      clients.byteStream.read({
        resourceName: anyResourceName(random),
        readOffset: anyOffset(random),
        readLimit: anyOffset(random),
      }),
    ),
  Write: async (random) => await clients.byteStream.write(strangeUpload(random)),
  QueryWriteStatus: async (random) =>
    await clients.byteStream.queryWriteStatus({ resourceName: anyResourceName(random) }),
};

interface Common {
  readonly instanceName: string;
  readonly digestFunction: DigestFunction_Value;
}

function common(random: Random): Common {
  return { instanceName: anyInstanceName(random), digestFunction: anyDigestFunction(random) };
}

async function* strangeUpload(random: Random): AsyncGenerator<{
  resourceName: string;
  writeOffset: bigint;
  finishWrite: boolean;
  data: Uint8Array;
}> {
  for (let left = random.below(4); left > 0; left--) {
    yield {
      resourceName: anyResourceName(random),
      writeOffset: anyOffset(random),
      finishWrite: random.chance(0.3),
      data: otherBytes.subarray(0, random.below(otherBytes.byteLength)),
    };
  }
}

describe("requests that are well-formed, and strange", () => {
  it.for(Object.entries(calls))("to %s", async ([, call], { expect }) => {
    await attack(hayloft, expect, {
      runs: 300,
      run: async (random) => {
        const found = await outcome(call(random));
        if (!expected.has(found)) throw new Error(`a call ended with ${found}`);
      },
    });
    await expectMissing(hayloft, expect, canary);
  });

  it("over HTTP", async ({ expect }) => {
    await attack(hayloft, expect, {
      runs: 1000,
      run: async (random) => {
        const method = random.pick(["GET", "HEAD", "PUT", "PUT", "POST", "DELETE", "OPTIONS"]);
        const url = `${hayloft.url}/${anyPath(random)}`;
        const body = method === "PUT" || method === "POST" ? { body: otherBytes } : {};
        const { status } = await fetch(url, { method, ...body });
        if (status >= 500) throw new Error(`${method} ${url} answered ${status}`);
      },
    });
    await expectMissing(hayloft, expect, canary);
  });
});
