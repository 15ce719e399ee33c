import { describe, it } from "vitest";
import { digestFunctions } from "../../shared/digest/digest-function.ts";
import { defaultFunctions } from "../../shared/digest/served-functions.ts";
import { limits } from "../../shared/limits.ts";
import {
  BLAKE3,
  blobOf,
  isPresent,
  SHA256,
  upload as uploadInMessage,
} from "../conformance/blobs.ts";
import { bytesOf, MIB } from "../support/bytes.ts";
import { testPolicy } from "../support/indexed.ts";
import {
  begin,
  commit,
  isVisible,
  madeUpDigest,
  partsOf,
  presign,
  requestOf,
  send,
  sendParts,
  upload,
} from "./transfers-client.node.ts";
import { transfersServers } from "./transfers-server.node.ts";

const start = transfersServers();

const { inlineBytes } = testPolicy;
const { partBytes, presignedPutBytes } = limits;

describe("the way of an upload", () => {
  it.for([
    { sizeBytes: 1, way: "inMessage" },
    { sizeBytes: inlineBytes, way: "inMessage" },
    { sizeBytes: inlineBytes + 1, way: "request" },
    { sizeBytes: presignedPutBytes, way: "request" },
    { sizeBytes: presignedPutBytes + 1, way: "parts" },
    { sizeBytes: limits.blobBytes, way: "parts" },
  ])("of $sizeBytes bytes is $way", async ({ sizeBytes, way }, { expect }) => {
    await using server = await start();
    const blob = { digest: madeUpDigest(sizeBytes), digestFunction: SHA256 };
    const begun = await begin({ server, blob });
    expect(begun.way.case).toBe(way);
    expect(begun.uploadToken === "").toBe(way === "inMessage");
  });

  it.for([
    { sizeBytes: inlineBytes + 1, partCount: 1 },
    { sizeBytes: partBytes, partCount: 1 },
    { sizeBytes: partBytes + 1, partCount: 2 },
    { sizeBytes: 10 * partBytes, partCount: 10 },
  ])(
    "of $sizeBytes bytes by a hash that the bucket does not check is $partCount parts",
    async ({ sizeBytes, partCount }, { expect }) => {
      await using server = await start();
      const blob = { digest: madeUpDigest(sizeBytes), digestFunction: BLAKE3 };
      const { way } = await begin({ server, blob });
      expect(way).toMatchObject({
        case: "parts",
        value: { partBytes: BigInt(partBytes), partCount },
      });
    },
  );

  it("of several blobs is told in their order", async ({ expect }) => {
    await using server = await start();
    const present = blobOf(bytesOf(2000));
    await upload({ server, blob: present });
    const digests = [
      madeUpDigest(presignedPutBytes + 1),
      present.digest,
      madeUpDigest(10),
      blobOf(new Uint8Array()).digest,
      madeUpDigest(2000),
      present.digest,
    ];
    const { uploads } = await server.transfers.beginUploads({ digests });
    const ways = uploads.map(({ way }) => way.case);
    expect(ways).toEqual(["parts", "present", "inMessage", "present", "request", "present"]);
    expect((await server.transfers.beginUploads({ digests: [] })).uploads).toEqual([]);
  });

  it("is none for more blobs, larger blobs or more parts than there may be", async ({ expect }) => {
    await using server = await start();
    const many = Array.from({ length: limits.transferBlobs + 1 }, () => madeUpDigest(1));
    const tooLarge = [madeUpDigest(limits.blobBytes + 1)];
    for (const digests of [many, tooLarge]) {
      const begun = server.transfers.beginUploads({ digests });
      await expect(begun).rejects.toThrow("[invalid_argument]");
    }
    const blob = { ...blobOf(new Uint8Array()), digest: madeUpDigest(2000 * partBytes) };
    const { uploadToken } = await begin({ server, blob });
    for (const range of [
      [1, 1001],
      [0, 1],
      [-1, 1],
      [2001, 1],
      [2000, 2],
      [1, -1],
    ] as const) {
      const presigned = presign({ server, blob }, uploadToken, range);
      await expect(presigned).rejects.toThrow("[invalid_argument]");
    }
    expect(await presign({ server, blob }, uploadToken, [1001, 1000])).toHaveLength(1000);
  });
});

describe("a blob in one request", () => {
  it.for([inlineBytes + 1, MIB])(
    "of %i bytes is there once it is committed",
    async (sizeBytes, { expect }) => {
      await using server = await start();
      const target = { server, blob: blobOf(bytesOf(sizeBytes)), instanceName: "team/main" };
      const begun = await begin(target);
      expect((await send(requestOf(begun), target.blob.data)).ok).toBe(true);
      expect(await isVisible(target)).toBe(false);
      await commit(target, begun.uploadToken);
      expect(await isVisible(target)).toBe(true);
      expect(await isPresent(server, "team/main", target.blob)).toBe(true);
      expect((await begin(target)).way.case).toBe("present");
      expect(await isVisible({ ...target, instanceName: "team/other" })).toBe(false);
    },
  );

  it("has an hour for it", async ({ expect }) => {
    await using server = await start();
    const { expires, headers, method } = requestOf(
      await begin({ server, blob: blobOf(bytesOf(2000)) }),
    );
    expect(Number(expires?.seconds)).toBe((server.clock.now() + limits.presignedMs) / 1000);
    expect(method).toBe("PUT");
    expect(Object.keys(headers)).toContain("x-amz-checksum-sha256");
    expect(headers["content-length"]).toBe("2000");
  });
});

describe("a blob in parts", () => {
  it.for([
    { name: "one part", sizeBytes: 2000, numbers: [1] },
    { name: "two parts", sizeBytes: partBytes + 17, numbers: [1, 2] },
    { name: "two parts, the last one first", sizeBytes: partBytes + 17, numbers: [2, 1] },
    { name: "two parts, one of them twice", sizeBytes: partBytes + 17, numbers: [1, 2, 1] },
  ])("is there once it is committed: $name", async ({ sizeBytes, numbers }, { expect }) => {
    await using server = await start({ checksSha256: false });
    const target = { server, blob: blobOf(bytesOf(sizeBytes)), instanceName: "team" };
    const begun = await begin(target);
    const etags = await sendParts(target, begun, numbers);
    expect(await isVisible(target)).toBe(false);
    expect(await server.objects()).toEqual([]);
    await commit(target, begun.uploadToken, etags);
    expect(await isVisible(target)).toBe(true);
    expect(await server.objects()).toHaveLength(1);
  });

  // S3 checks SHA-256 alone: whatever else is in parts, and is read and hashed here.
  const others = defaultFunctions.filter((name) => name !== "sha256");
  it.for(others)("is a blob of %s", async (name, { expect }) => {
    await using server = await start();
    const target = { server, blob: blobOf(bytesOf(5000), digestFunctions[name].value) };
    const begun = await begin(target);
    await commit(target, begun.uploadToken, await sendParts(target, begun, [1]));
    expect(await isVisible(target)).toBe(true);
  });

  it("may have its parts sent at once, and another digest function", async ({ expect }) => {
    await using server = await start();
    const target = { server, blob: blobOf(bytesOf(partBytes + 17), BLAKE3) };
    const begun = await begin(target);
    const parts = partsOf(target.blob, begun);
    const requests = await presign(target, begun.uploadToken, [1, parts.length]);
    const sent = await Promise.all(parts.map((part, index) => send(requests[index], part)));
    const etags = sent.map(({ etag }) => etag);
    await commit(target, begun.uploadToken, etags);
    expect(await isVisible(target)).toBe(true);
  });
});

it("leaves small blobs to messages", async ({ expect }) => {
  await using server = await start();
  const blob = blobOf(bytesOf(500));
  await uploadInMessage(server, "", blob);
  expect((await begin({ server, blob })).way.case).toBe("present");
  expect(await isVisible({ server, blob })).toBe(true);
});
