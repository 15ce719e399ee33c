import { it } from "vitest";
import { limits } from "../../shared/limits.ts";
import { blobOf, resized, upload as uploadInMessage } from "../conformance/blobs.ts";
import { bytesOf } from "../support/bytes.ts";
import { download, isVisible, madeUpDigest, send, upload } from "./transfers-client.node.ts";
import { transfersServers } from "./transfers-server.node.ts";

const start = transfersServers();

const [small, large] = [blobOf(bytesOf(500)), blobOf(bytesOf(2000))];

it("gives small blobs at once, requests for large ones, and says what is absent", async ({
  expect,
}) => {
  await using server = await start();
  await uploadInMessage(server, "", small, large);
  const empty = blobOf(new Uint8Array());
  const digests = [large, empty, small, large].map(({ digest }) => digest);
  digests.push(madeUpDigest(2000), resized(large), resized(small));
  const { downloads } = await server.transfers.beginDownloads({ digests });
  const ways = downloads.map(({ way }) => way.case);
  const present = ["request", "data", "data", "request"];
  expect(ways).toEqual([...present, "absent", "absent", "absent"]);
  for (const blob of [empty, small, large]) expect(await isVisible({ server, blob })).toBe(true);
  expect((await server.transfers.beginDownloads({ digests: [] })).downloads).toEqual([]);
});

it("gives nothing of another instance", async ({ expect }) => {
  await using server = await start();
  await uploadInMessage(server, "team/a", small, large);
  for (const blob of [small, large]) {
    expect(await isVisible({ server, blob, instanceName: "team/a" })).toBe(true);
    expect(await isVisible({ server, blob, instanceName: "team/b" })).toBe(false);
    expect(await isVisible({ server, blob })).toBe(false);
  }
});

it("gives requests that may ask for a part, and serve for an hour", async ({ expect }) => {
  await using server = await start();
  await upload({ server, blob: large });
  const { way } = await download({ server, blob: large });
  if (way.case !== "request") throw new Error(`the way is ${way.case}`);
  expect(way.value.method).toBe("GET");
  expect(Number(way.value.expires?.seconds)).toBe((server.clock.now() + limits.presignedMs) / 1000);
  const part = await send(way.value, undefined, { range: "bytes=10-19" });
  expect(part.status).toBe(206);
  expect([...part.bytes]).toEqual([...large.data.subarray(10, 20)]);
});

it("refuses to give more blobs than one answer can hold", async ({ expect }) => {
  await using server = await start();
  const digests = Array.from({ length: limits.transferBlobs + 1 }, () => madeUpDigest(1));
  const begun = server.transfers.beginDownloads({ digests });
  await expect(begun).rejects.toThrow("[invalid_argument]");
});
