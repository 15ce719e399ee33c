import { describe, expect, it } from "vitest";
import { parseObjectKey } from "../../shared/stores/indexed/object-key.ts";
import { blobOf, resized } from "../conformance/blobs.ts";
import { bytesOf } from "../support/bytes.ts";
import {
  abort,
  begin,
  commit,
  isVisible,
  presign,
  requestOf,
  send,
  sendParts,
  upload,
} from "./transfers-client.node.ts";
import { type TransfersServer, transfersServers } from "./transfers-server.node.ts";

const start = transfersServers();

const blob = blobOf(bytesOf(2000));
const other = blobOf(bytesOf(2000, 2));

const malformed = /^\[invalid_argument\] .*none that BeginUploads has given/;
const beginAgain = /^\[failed_precondition\] .*begin again/;

/** What names the upload of a blob that is there: it is in the URL of every download. */
async function uploadIdOf(server: TransfersServer): Promise<string> {
  const [name = ""] = await server.objects();
  return parseObjectKey(name)?.upload ?? "";
}

describe.each([
  { way: "one request", checksSha256: true },
  { way: "parts", checksSha256: false },
])("the token of an upload in $way", ({ checksSha256 }) => {
  it.each([
    { of: "another blob", wrong: { blob: other } },
    { of: "another size", wrong: { blob: { ...blob, digest: resized(blob) } } },
    { of: "another instance", wrong: { blob, instanceName: "team/b" } },
    { of: "another instance with a similar name", wrong: { blob, instanceName: "team" } },
  ])("is good for no blob of $of", async ({ wrong }) => {
    await using server = await start({ checksSha256 });
    const target = { server, blob, instanceName: "team/a" };
    const begun = await begin(target);
    const etags = checksSha256 ? [] : await sendParts(target, begun, [1]);
    if (checksSha256) await send(requestOf(begun), blob.data);
    const committed = commit({ server, ...wrong }, begun.uploadToken, etags);
    await expect(committed).rejects.toThrow(/^\[(?:failed_precondition|invalid_argument)\]/);
    await abort({ server, ...wrong }, begun.uploadToken);
    expect(await isVisible({ server, ...wrong })).toBe(false);
    await commit(target, begun.uploadToken, etags);
    expect(await isVisible(target)).toBe(true);
    expect(server.reported).toEqual([]);
  });

  it("cannot be committed before anything was uploaded", async () => {
    await using server = await start({ checksSha256 });
    const { uploadToken } = await begin({ server, blob });
    const etags = checksSha256 ? [] : ['"5eed"'];
    const committed = commit({ server, blob }, uploadToken, etags);
    await expect(committed).rejects.toThrow(beginAgain);
    expect(await isVisible({ server, blob })).toBe(false);
  });
});

describe("requests for parts", () => {
  it("are none for an upload in one request", async () => {
    await using server = await start();
    const { uploadToken } = await begin({ server, blob });
    const presigned = presign({ server, blob }, uploadToken, [1, 1]);
    await expect(presigned).rejects.toThrow("[invalid_argument]");
  });

  it.each([
    { of: "another blob", wrong: { blob: other } },
    { of: "another instance", wrong: { blob, instanceName: "team" } },
  ])("with the token of $of are good for nothing", async ({ wrong }) => {
    await using server = await start({ checksSha256: false });
    const { uploadToken } = await begin({ server, blob });
    const [request] = await presign({ server, ...wrong }, uploadToken, [1, 1]);
    expect((await send(request, other.data)).status).toBe(404);
  });
});

describe("a made-up token", () => {
  it.each([
    "",
    "nonsense",
    "/",
    "0mjuohs00-0000000600000000000",
    "0MJUOHS00-00000006000000000000",
    "0mjuohs00-00000006000000000000/",
    "0mjuohs00-00000006000000000000/a b",
    // What names an object that is compressed.
    "0mjuohs00-00000006000000000000z",
    "0mjuohs00-00000006000000000000z/made-up",
    `0mjuohs00-00000006000000000000/${"x".repeat(3000)}`,
  ])("is refused: %j", async (token) => {
    await using server = await start();
    const calls = [
      commit({ server, blob }, token, ["e"]),
      presign({ server, blob }, token, [1, 1]),
      abort({ server, blob }, token),
    ];
    for (const call of calls) await expect(call).rejects.toThrow(malformed);
    expect(server.reported).toEqual([]);
  });

  it.each(["zzzzzzzzz-00000006000000000000", "zzzzzzzzz-00000006000000000000/made-up"])(
    "that looks right names nothing: %s",
    async (token) => {
      await using server = await start();
      const committed = commit({ server, blob }, token, ["e"]);
      await expect(committed).rejects.toThrow(beginAgain);
      await abort({ server, blob }, token);
      expect(await isVisible({ server, blob })).toBe(false);
      expect(server.reported).toEqual([]);
    },
  );

  it.each(["", "/made-up"])(
    "that names an upload which others have committed does it no harm%s",
    async (suffix) => {
      await using server = await start();
      await upload({ server, blob });
      const token = `${await uploadIdOf(server)}${suffix}`;
      const lie = { ...blob, digest: resized(blob) };
      for (const claimed of [lie, other]) {
        const committed = commit({ server, blob: claimed }, token, ["e"]);
        await expect(committed).rejects.toThrow();
        await abort({ server, blob: claimed }, token);
      }
      await abort({ server, blob }, token);
      await commit({ server, blob }, token);
      expect(await isVisible({ server, blob })).toBe(true);
      expect(await isVisible({ server, blob: lie })).toBe(false);
    },
  );

  it("makes no request that could write a blob which is there", async () => {
    await using server = await start();
    await upload({ server, blob });
    const token = `${await uploadIdOf(server)}/made-up`;
    const requests = await presign({ server, blob }, token, [1, 1]);
    expect((await send(requests[0], other.data)).status).toBe(404);
    expect(await isVisible({ server, blob })).toBe(true);
  });
});
