import { afterAll, beforeAll, describe, it } from "vitest";
import {
  BatchReadBlobsResponseSchema,
  DirectorySchema,
  GetTreeResponseSchema,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { toBinary } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { type Blob, largeBlob, messageBlob, upload } from "../conformance/blobs.ts";
import { type Clients, clientsOn } from "../conformance/check.ts";
import { drain, failure, outcome } from "../conformance/outcome.ts";
import { readName, writeBlob } from "../conformance/streams.ts";
import type { Connection } from "../conformance/target.ts";
import { createTarget } from "../conformance/target.node.ts";
import { MIB } from "../support/bytes.ts";
import { type Hayloft, startHayloft } from "../support/hayloft.node.ts";

/** What gRPC libraries take unless told otherwise. */
const USUAL_RECEIVE_LIMIT = 4 * MIB;

/** Node's client never forgets what it had still to send when a call was refused, and would refuse answers in the end. */
const patient = { maxSessionMemory: 1000 };

let hayloft: Hayloft;
let connection: Connection;
let clients: Clients;
let advertised: number;

beforeAll(async () => {
  hayloft = await startHayloft({ args: ["--store", "memory", "--size", "512MiB"] });
  const target = createTarget({ baseUrl: hayloft.url, protocol: "grpc", session: patient });
  connection = target.connect({ readMaxBytes: USUAL_RECEIVE_LIMIT });
  clients = clientsOn(connection);
  const { cacheCapabilities } = await clients.capabilities.getCapabilities({});
  advertised = Number(cacheCapabilities?.maxBatchTotalSizeBytes);
});

afterAll(async () => {
  connection[Symbol.dispose]();
  await hayloft.stop();
});

async function batchOutcome(sizeBytes: number): Promise<string> {
  const { digest, data } = largeBlob(sizeBytes);
  return await outcome(clients.cas.batchUpdateBlobs({ requests: [{ digest, data }] }));
}

/** As many small blobs as make up an advertised batch: their digests take their share of the messages, too. */
function fullBatch(blobBytes: number): Blob[] {
  return Array.from({ length: Math.floor(advertised / blobBytes) }, () => largeBlob(blobBytes));
}

describe("message limits", () => {
  it("take a batch of the advertised size", async ({ expect }) => {
    expect(await batchOutcome(advertised)).toBe("OK");
  });

  it("let a larger batch come in to be refused by name, not by the transport", async ({
    expect,
  }) => {
    expect(await batchOutcome(advertised + 1)).toBe("InvalidArgument");
    expect(await batchOutcome(advertised * 2)).toBe("InvalidArgument");
  });

  it("refuse what is far larger before it is held", async ({ expect }) => {
    expect(await batchOutcome(32 * MIB)).toBe("ResourceExhausted");
  });

  it("refuse a batch of nothing but empty entries, and go on", async ({ expect }) => {
    const requests = Array.from({ length: 3_000_000 }, () => ({}));
    expect(await outcome(clients.cas.batchUpdateBlobs({ requests }))).toBe("InvalidArgument");
    expect(await batchOutcome(1000)).toBe("OK");
  });

  it("refuse to look for more blobs than an answer can name, and say how many", async ({
    expect,
  }) => {
    const absent = Array.from({ length: 60_000 }, (_, index) => ({
      hash: index.toString(16).padStart(64, "0"),
      sizeBytes: 1000n,
    }));
    const refusal = await failure(clients.cas.findMissingBlobs({ blobDigests: absent }));
    expect(refusal?.code).toBe(Code.InvalidArgument);
    const most = Number(/at most (?<most>\d+)/.exec(refusal?.message ?? "")?.groups?.["most"]);
    const blobDigests = absent.slice(0, most);
    const answer = await clients.cas.findMissingBlobs({ blobDigests });
    expect(answer.missingBlobDigests).toHaveLength(most);
  });

  it("refuse an action result that no answer could hold", async ({ expect }) => {
    const { digest: actionDigest } = largeBlob(100);
    const put = async (bytes: number): Promise<string> => {
      const actionResult = { stdoutRaw: new Uint8Array(bytes) };
      return await outcome(clients.actions.updateActionResult({ actionDigest, actionResult }));
    };
    expect(await put(USUAL_RECEIVE_LIMIT)).toBe("InvalidArgument");
    expect(await put(USUAL_RECEIVE_LIMIT - MIB / 8)).toBe("OK");
    const found = await clients.actions.getActionResult({ actionDigest });
    expect(found.stdoutRaw).toHaveLength(USUAL_RECEIVE_LIMIT - MIB / 8);
  });

  it.for([400, 10_000, 1_000_000])(
    "answer a full batch of blobs of %i bytes below 4 MiB",
    async (blobBytes, { expect }) => {
      const blobs = fullBatch(blobBytes);
      for (let at = 0; at < blobs.length; at += 10_000) {
        await upload(clients, "", ...blobs.slice(at, at + 10_000));
      }
      const digests = blobs.map(({ digest }) => digest);
      const answer = await clients.cas.batchReadBlobs({ digests });
      expect(toBinary(BatchReadBlobsResponseSchema, answer).byteLength).toBeLessThan(
        USUAL_RECEIVE_LIMIT,
      );
      // What did not fit is told from what is missing, and can be asked for again.
      const codes = new Set(answer.responses.map(({ status }) => status?.code));
      expect([...codes].filter((code) => code !== 0 && code !== 8)).toEqual([]);
      expect(answer.responses[0]?.status?.code).toBe(0);
    },
  );

  it("stream a blob in messages far below 4 MiB", async ({ expect }) => {
    const blob = largeBlob(8 * MIB);
    await writeBlob(clients, "", blob);
    const messages = await drain(clients.byteStream.read({ resourceName: readName("", blob) }));
    const largest = Math.max(...messages.map(({ data }) => data.byteLength));
    expect(largest).toBeLessThan(USUAL_RECEIVE_LIMIT / 4);
  });

  it("stream a tree in pages below 4 MiB", async ({ expect }) => {
    const leaves = Array.from({ length: 12 }, (_, index) =>
      messageBlob(DirectorySchema, {
        symlinks: [{ name: `link${index}`, target: "x".repeat(900_000) }],
      }),
    );
    const root = messageBlob(DirectorySchema, {
      directories: leaves.map(({ digest }, index) => ({
        name: `directory${String(index).padStart(2, "0")}`,
        digest,
      })),
    });
    for (const blob of [...leaves, root]) await upload(clients, "", blob);
    const pages = await drain(clients.cas.getTree({ rootDigest: root.digest }));
    const sizes = pages.map((page) => toBinary(GetTreeResponseSchema, page).byteLength);
    expect(Math.max(...sizes)).toBeLessThan(USUAL_RECEIVE_LIMIT);
    expect(pages.flatMap(({ directories }) => directories)).toHaveLength(13);
  });
});
