import { createClient } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Transfers } from "../../shared/proto/gen/hayloft/v1/transfers_pb.ts";
import { blobOf } from "../conformance/blobs.ts";
import { type Clients, clientsOn } from "../conformance/check.ts";
import { type Outcome, outcome, streamOutcome } from "../conformance/outcome.ts";
import { read, readName, writeBlob, writeName } from "../conformance/streams.ts";
import { createTarget } from "../conformance/target.node.ts";
import type { Connection } from "../conformance/target.ts";
import { bytesOf } from "../support/bytes.ts";
import { type Hayloft, startHayloft } from "../support/hayloft.node.ts";
import { type LocalAws, startLocalAws } from "../support/local-aws.node.ts";
import { tokenHashVariables, tokens } from "../support/tokens.node.ts";

const blob = blobOf(bytesOf(100));
const { digest } = blob;
const upload = { digest, uploadToken: "none" };

/** A call of every RPC for which somebody needs a right. */
const calls: Readonly<
  Record<"reading" | "writing", (all: Clients, connection: Connection) => Promise<Outcome>[]>
> = {
  reading: ({ cas, actions, byteStream }, { transport }) => [
    outcome(cas.findMissingBlobs({ blobDigests: [digest] })),
    outcome(cas.batchReadBlobs({ digests: [digest] })),
    streamOutcome(cas.getTree({ rootDigest: digest })),
    outcome(cas.splitBlob({ blobDigest: digest })),
    outcome(actions.getActionResult({ actionDigest: digest })),
    outcome(read({ byteStream }, readName("", blob))),
    outcome(createClient(Transfers, transport).beginDownloads({ digests: [digest] })),
  ],
  writing: (clients, { transport }) => {
    const { cas, actions, byteStream } = clients;
    const transfers = createClient(Transfers, transport);
    return [
      outcome(cas.batchUpdateBlobs({ requests: [blob] })),
      outcome(cas.spliceBlob({ blobDigest: digest, chunkDigests: [digest] })),
      outcome(actions.updateActionResult({ actionDigest: digest, actionResult: {} })),
      outcome(writeBlob(clients, "", blob)),
      outcome(byteStream.queryWriteStatus({ resourceName: writeName("", blob) })),
      outcome(transfers.beginUploads({ digests: [digest] })),
      outcome(transfers.presignParts({ ...upload, firstPart: 1, partCount: 1 })),
      outcome(transfers.commitUpload(upload)),
      outcome(transfers.abortUpload(upload)),
    ];
  },
};

describe("who may only read", () => {
  let aws: LocalAws;
  let server: Hayloft;
  beforeAll(async () => {
    aws = await startLocalAws();
    server = await startHayloft({ args: aws.args, env: { ...aws.env, ...tokenHashVariables } });
  });
  afterAll(async () => {
    await server.stop();
    await aws[Symbol.asyncDispose]();
  });

  async function outcomes(kind: keyof typeof calls, token: string): Promise<readonly Outcome[]> {
    const target = createTarget({ baseUrl: server.url, protocol: "grpc" });
    using connection = target.connect({ authorization: `Bearer ${token}` });
    return await Promise.all(calls[kind](clientsOn(connection), connection));
  }

  test("is let through to every RPC that reads", async () => {
    const found = await outcomes("reading", tokens.read);
    expect(found).not.toContain("PermissionDenied");
    expect(found).not.toContain("Unauthenticated");
    expect(await outcomes("reading", "unknown")).toEqual(found.map(() => "Unauthenticated"));
  });

  test("is refused by every RPC that writes", async () => {
    const refused = await outcomes("writing", tokens.read);
    expect(refused).toEqual(refused.map(() => "PermissionDenied"));
    expect(await outcomes("writing", "unknown")).toEqual(refused.map(() => "Unauthenticated"));
    expect(await outcomes("writing", tokens.write)).not.toContain("PermissionDenied");
  });
});
