import { describe, expect, it } from "vitest";
import { blobOf } from "../conformance/blobs.ts";
import { bytesOf } from "../support/bytes.ts";
import { testPolicy } from "../support/indexed.ts";
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
  type Target,
} from "./transfers-client.node.ts";
import { transfersServers } from "./transfers-server.node.ts";

const start = transfersServers();

const blob = blobOf(bytesOf(2000));
const { uploadWindowMs } = testPolicy;

const beginAgain = /^\[failed_precondition\] .*begin again/;

/** An upload whose bytes are in the bucket, and what it takes to commit it. */
interface Sent {
  readonly token: string;
  readonly etags: readonly string[];
}

async function beginAndSend(target: Target): Promise<Sent> {
  const begun = await begin(target);
  if (begun.way.case === "parts") {
    return { token: begun.uploadToken, etags: await sendParts(target, begun, [1]) };
  }
  await send(requestOf(begun), target.blob.data);
  return { token: begun.uploadToken, etags: [] };
}

describe.each([
  { way: "one request", checksSha256: true },
  { way: "parts", checksSha256: false },
])("an upload in $way", ({ checksSha256 }) => {
  it("may be committed again, at once and later", async () => {
    await using server = await start({ checksSha256 });
    const target = { server, blob };
    const { token, etags } = await beginAndSend(target);
    await Promise.all([1, 2, 3].map(async () => await commit(target, token, etags)));
    server.clock.advance(uploadWindowMs + 1);
    await commit(target, token, etags);
    await commit(target, token);
    expect(await isVisible(target)).toBe(true);
    expect(await server.objects()).toHaveLength(1);
  });

  it("may be begun by two clients, of whom both end well, at once", async () => {
    await using server = await start({ checksSha256 });
    const target = { server, blob };
    const sent = await Promise.all([1, 2, 3].map(async () => await beginAndSend(target)));
    expect(new Set(sent.map(({ token }) => token)).size).toBe(3);
    await Promise.all(sent.map(async ({ token, etags }) => await commit(target, token, etags)));
    expect(await isVisible(target)).toBe(true);
    for (const { token, etags } of sent) await commit(target, token, etags);
    expect(await isVisible(target)).toBe(true);
  });

  it("may be begun by two clients, of whom both end well, one after the other", async () => {
    await using server = await start({ checksSha256 });
    const target = { server, blob };
    const late = await beginAndSend(target);
    await upload(target);
    await commit(target, late.token, late.etags);
    expect(await isVisible(target)).toBe(true);
    expect((await begin(target)).way.case).toBe("present");
  });

  it("takes no longer than its window", async () => {
    await using server = await start({ checksSha256 });
    const target = { server, blob };
    const [soon, late] = [await beginAndSend(target), await beginAndSend(target)];
    server.clock.advance(uploadWindowMs + 1);
    const committed = commit(target, late.token, late.etags);
    await expect(committed).rejects.toThrow(beginAgain);
    expect(await isVisible(target)).toBe(false);
    await upload(target);
    await commit(target, soon.token, soon.etags);
    expect(await isVisible(target)).toBe(true);
  });

  it("may be committed at the end of its window", async () => {
    await using server = await start({ checksSha256 });
    const target = { server, blob };
    const { token, etags } = await beginAndSend(target);
    server.clock.advance(uploadWindowMs);
    await commit(target, token, etags);
    expect(await isVisible(target)).toBe(true);
  });

  it("may be given up, again and again, and when it is over", async () => {
    await using server = await start({ checksSha256 });
    const target = { server, blob };
    const given = await beginAndSend(target);
    await abort(target, given.token);
    await abort(target, given.token);
    expect(await isVisible(target)).toBe(false);
    const { token, etags } = await beginAndSend(target);
    await commit(target, token, etags);
    await abort(target, token);
    expect(await isVisible(target)).toBe(true);
  });
});

describe("parts", () => {
  it("may be presigned again, and not after the window", async () => {
    await using server = await start({ checksSha256: false });
    const { uploadToken } = await begin({ server, blob });
    const [first] = await presign({ server, blob }, uploadToken, [1, 1]);
    const [again] = await presign({ server, blob }, uploadToken, [1, 1]);
    const sent = [await send(first, blob.data), await send(again, blob.data)];
    await commit({ server, blob }, uploadToken, [sent[1]?.etag ?? ""]);
    expect(await isVisible({ server, blob })).toBe(true);
    server.clock.advance(uploadWindowMs + 1);
    const presigned = presign({ server, blob }, uploadToken, [1, 1]);
    await expect(presigned).rejects.toThrow(beginAgain);
  });

  it("that were given up are no object", async () => {
    await using server = await start({ checksSha256: false });
    const { token, etags } = await beginAndSend({ server, blob });
    await abort({ server, blob }, token);
    const committed = commit({ server, blob }, token, etags);
    await expect(committed).rejects.toThrow(beginAgain);
    expect(await server.objects()).toEqual([]);
  });

  it("that another upload has overtaken are not kept", async () => {
    await using server = await start({ checksSha256: false });
    const late = await begin({ server, blob });
    const [request] = await presign({ server, blob }, late.uploadToken, [1, 1]);
    const { etag } = await send(request, blob.data);
    await upload({ server, blob });
    await commit({ server, blob }, late.uploadToken, [etag]);
    expect((await send(request, blob.data)).status).toBe(404);
    expect(await server.objects()).toHaveLength(1);
  });
});
