import { describe, it } from "vitest";
import { invalidArgument } from "../../shared/request-error.ts";
import type { BlobStore } from "../../shared/stores/blob-store.ts";
import { bodyOf, failingBody } from "../support/bodies.ts";
import { blobOf, type TestBlob } from "../support/blobs.ts";
import { createCache } from "../support/cache.ts";
import { callFor } from "../support/calls.ts";
import { CallCounter, overriding } from "../support/overriding.ts";
import { bring, createResumable, GONE, openStream, uploadOf } from "../support/streamed-uploads.ts";

const REFUSED = { code: "invalid-argument" };

/** The same name with other bytes. */
function changed(blob: TestBlob, at: number): TestBlob {
  return { ...blob, bytes: blob.bytes.with(at, 1 ^ (blob.bytes[at] ?? 0)) };
}

/** Counts the uploads that a store has at once, and is slow to be done with one. */
class OpenPuts {
  most = 0;
  readonly deadlines: (number | undefined)[] = [];
  #open = 0;

  readonly decorate = (base: BlobStore): BlobStore =>
    overriding(base, {
      put: async (digest, body, call) => {
        this.deadlines.push(call.deadlineMs);
        this.#open += 1;
        this.most = Math.max(this.most, this.#open);
        try {
          await base.put(digest, body, call);
        } finally {
          await new Promise((resolve) => setTimeout(resolve));
          this.#open -= 1;
        }
      },
    });
}

describe("an upload that broke off", () => {
  it("goes on where it was, as one write to the store", async ({ expect }) => {
    const counter = new CallCounter();
    await using cache = createResumable(counter);
    const blob = await blobOf(1000);
    await expect(bring(cache, blob, { to: 400 })).rejects.toBe(GONE);
    expect(cache.kept(blob)).toBe(400);
    expect(await cache.uploads.isPresent(blob.digest, callFor())).toBe(false);
    await expect(bring(cache, blob, { from: 400, to: 900 })).rejects.toBe(GONE);
    expect(await bring(cache, blob, { from: 900 })).toBe("stored");
    expect(cache.kept(blob)).toBe(0);
    expect(await cache.uploads.isPresent(blob.digest, callFor())).toBe(true);
    expect(counter.puts).toBe(1);
  });

  it("waits for the word that its bytes are all, and is not said to be whole", async ({
    expect,
  }) => {
    await using cache = createResumable();
    for (const from of [999, 1000]) {
      const blob = await blobOf(1000, from);
      const all = failingBody(blob.bytes, GONE);
      await expect(cache.uploads.writeFrom(0n, uploadOf(blob), all, callFor())).rejects.toBe(GONE);
      expect(cache.kept(blob)).toBe(999);
      expect(await cache.uploads.isPresent(blob.digest, callFor())).toBe(false);
      expect(await bring(cache, blob, { from })).toBe("stored");
    }
  });

  it("may be of one byte", async ({ expect }) => {
    await using cache = createResumable();
    const blob = await blobOf(1);
    const all = failingBody(blob.bytes, GONE);
    await expect(cache.uploads.writeFrom(0n, uploadOf(blob), all, callFor())).rejects.toBe(GONE);
    expect(cache.kept(blob)).toBe(0);
    expect(await bring(cache, blob)).toBe("stored");
  });

  it("begins again at 0, without what was wrong before", async ({ expect }) => {
    await using cache = createResumable();
    const blob = await blobOf(1000);
    await expect(bring(cache, changed(blob, 7), { to: 400 })).rejects.toBe(GONE);
    await expect(bring(cache, blob, { to: 100 })).rejects.toBe(GONE);
    expect(cache.kept(blob)).toBe(100);
    expect(await bring(cache, blob, { from: 100 })).toBe("stored");
  });

  it("begins again when the store has given back what it had set aside", async ({ expect }) => {
    const puts = new OpenPuts();
    await using cache = createResumable(puts);
    const blob = await blobOf(1000);
    await expect(bring(cache, blob, { to: 400 })).rejects.toBe(GONE);
    expect(await bring(cache, blob)).toBe("stored");
    expect(puts.most).toBe(1);
  });

  it("does not have the deadline of one stream", async ({ expect }) => {
    const puts = new OpenPuts();
    await using cache = createResumable(puts);
    const blob = await blobOf(1000);
    const call = { ...callFor(), deadlineMs: 1 };
    const body = bodyOf(blob.bytes);
    expect(await cache.uploads.writeFrom(0n, uploadOf(blob), body, call)).toBe("stored");
    expect(puts.deadlines).toEqual([undefined]);
  });

  it("is there, if its client did not hear of its end", async ({ expect }) => {
    await using cache = createResumable();
    const blob = await blobOf(1000);
    expect(await bring(cache, blob)).toBe("stored");
    expect(await bring(cache, blob, { from: 400 })).toBe("present");
  });

  it("goes on nowhere else, and says where", async ({ expect }) => {
    await using cache = createResumable();
    const blob = await blobOf(1000);
    await expect(bring(cache, blob, { from: 10 })).rejects.toThrow(/10, .* start at 0/);
    await expect(bring(cache, blob, { to: 400 })).rejects.toBe(GONE);
    for (const from of [1, 399, 401, 1000]) {
      const wrong = bring(cache, blob, { from });
      await expect(wrong).rejects.toMatchObject(REFUSED);
      await expect(wrong).rejects.toThrow(/go on at 400/);
    }
    expect(await bring(cache, blob, { from: 400 })).toBe("stored");
  });

  it("goes on where its client was told to, though more came meanwhile", async ({ expect }) => {
    await using cache = createResumable();
    const blob = await blobOf(1000);
    const { body, ended } = await openStream(cache, blob, 400);
    expect(cache.kept(blob)).toBe(400);
    await body.send(blob.bytes.subarray(400, 600));
    expect(await bring(cache, blob, { from: 400 })).toBe("stored");
    await expect(ended).rejects.toMatchObject({ code: "aborted" });
  });

  it("goes on where its client was told to, though another answer said more", async ({
    expect,
  }) => {
    await using cache = createResumable();
    const blob = await blobOf(1000);
    const { body, ended } = await openStream(cache, blob, 400);
    expect(cache.kept(blob)).toBe(400);
    await body.send(blob.bytes.subarray(400, 600));
    await expect.poll(() => cache.kept(blob)).toBe(600);
    expect(await bring(cache, blob, { from: 400 })).toBe("stored");
    await expect(ended).rejects.toMatchObject({ code: "aborted" });
  });

  it("is its client's, instance's, id's and encoding's alone", async ({ expect }) => {
    await using cache = createResumable();
    const [blob, another] = [await blobOf(1000, 1), await blobOf(1000, 2)];
    await expect(bring(cache, blob, { to: 400 })).rejects.toBe(GONE);
    const { uploads } = cache;
    const call = callFor();
    const stranger = { ...call, principal: { ...call.principal, subject: "stranger" } };
    expect(uploads.keptBytes(uploadOf(blob, "two"), call)).toBe(0);
    expect(uploads.keptBytes({ ...uploadOf(blob), compressor: "zstd" }, call)).toBe(0);
    expect(uploads.keptBytes(uploadOf(another), call)).toBe(0);
    expect(uploads.keptBytes(uploadOf(blob), callFor("elsewhere"))).toBe(0);
    expect(uploads.keptBytes(uploadOf(blob), stranger)).toBe(0);
    expect(uploads.keptBytes(uploadOf(blob), call)).toBe(400);
  });

  it("is forgotten with bytes that are wrong, and with a wrong request", async ({ expect }) => {
    await using cache = createResumable();
    const blob = await blobOf(1000);
    await expect(bring(cache, blob, { to: 400 })).rejects.toBe(GONE);
    await expect(bring(cache, changed(blob, 500), { from: 400 })).rejects.toMatchObject(REFUSED);
    expect([cache.kept(blob), cache.memory.usedBytes]).toEqual([0, 0]);

    const mistaken = failingBody(blob.bytes.subarray(0, 400), invalidArgument("x", "is wrong"));
    const refused = cache.uploads.writeFrom(0n, uploadOf(blob), mistaken, callFor());
    await expect(refused).rejects.toMatchObject(REFUSED);
    expect([cache.kept(blob), cache.memory.usedBytes]).toEqual([0, 0]);
    expect(await bring(cache, blob)).toBe("stored");
  });

  it("is forgotten once its blob is there from elsewhere", async ({ expect }) => {
    await using cache = createResumable();
    const { uploads, memory } = cache;
    const ways: readonly ((blob: TestBlob) => Promise<unknown>)[] = [
      (blob) => bring(cache, blob, { uuid: "two" }),
      (blob) => uploads.writeAll(blob.digest, bodyOf(blob.bytes), callFor()),
      ({ digest, bytes: data }) => uploads.writeBatch([{ digest, data }], callFor()),
      ({ digest, bytes: data }) => uploads.writeWhole({ digest, data }, callFor()),
      async (blob) => {
        await memory.put(blob.digest, bodyOf(blob.bytes), callFor());
        await uploads.isPresent(blob.digest, callFor());
      },
    ];
    for (const [index, way] of ways.entries()) {
      const blob = await blobOf(1000, index + 1);
      await expect(bring(cache, blob, { to: 400 })).rejects.toBe(GONE);
      await uploads.writeAll(blob.digest, bodyOf(blob.bytes), callFor("elsewhere"));
      expect(cache.kept(blob), "where the blob is not").toBe(400);
      await way(blob);
      await expect.poll(() => cache.kept(blob)).toBe(0);
    }
  });

  it("starts at 0 where nothing is kept", async ({ expect }) => {
    const cache = createCache();
    const blob = await blobOf(1000);
    await expect(bring(cache, blob, { to: 400 })).rejects.toBe(GONE);
    expect(cache.uploads.keptBytes(uploadOf(blob), callFor())).toBe(0);
    expect(cache.memory.usedBytes).toBe(0);
    const late = bring(cache, blob, { from: 400 });
    await expect(late).rejects.toMatchObject(REFUSED);
    await expect(late).rejects.toThrow(/start at 0/);
    expect(await bring(cache, blob)).toBe("stored");
  });
});
