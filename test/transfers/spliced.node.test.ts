import { it } from "vitest";
import { limits } from "../../shared/limits.ts";
import { type Blob, blobOf, upload as uploadInMessage } from "../conformance/blobs.ts";
import { bytesOf, concat, MIB } from "../support/bytes.ts";
import { madeUpDigest } from "./transfers-client.node.ts";
import { type TransfersServer, transfersServers } from "./transfers-server.node.ts";

const start = transfersServers();

const chunks = [1, 2, 3].map((seed) => blobOf(bytesOf(MIB, seed)));
const blob = blobOf(concat(chunks.map(({ data }) => data)));

async function splice({ cas }: TransfersServer, made: Blob): Promise<void> {
  const chunkDigests = chunks.map(({ digest }) => digest);
  await cas.spliceBlob({ blobDigest: made.digest, chunkDigests });
}

it("need not bring what was spliced", async ({ expect }) => {
  await using server = await start();
  await uploadInMessage(server, "", ...chunks);
  const digests = [blob.digest, madeUpDigest(limits.splicedBytes), blob.digest];
  const before = await server.transfers.beginUploads({ digests });
  expect(before.uploads.map(({ way }) => way.case)).toEqual(["request", "request", "request"]);
  await splice(server, blob);
  const after = await server.transfers.beginUploads({ digests });
  expect(after.uploads.map(({ way }) => way.case)).toEqual(["present", "request", "present"]);
});

it("cannot read what was spliced with one request, and say so", async ({ expect }) => {
  await using server = await start();
  await uploadInMessage(server, "", ...chunks);
  await splice(server, blob);
  const digests = [madeUpDigest(limits.splicedBytes), blob, ...chunks].map((each) =>
    "digest" in each ? each.digest : each,
  );
  const { downloads } = await server.transfers.beginDownloads({ digests });
  const ways = downloads.map(({ way }) => way.case);
  expect(ways).toEqual(["absent", "spliced", "request", "request", "request"]);
});
