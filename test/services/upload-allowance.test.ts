import { describe, it } from "vitest";
import type { UploadAllowance } from "../../shared/services/upload-allowance.ts";
import { RetryLater } from "../../shared/retry-later.ts";
import { UploadSessions } from "../../shared/services/upload-sessions.ts";
import type { Call } from "../../shared/stores/call.ts";
import { anonymous } from "../support/principals.ts";
import { bodyOf, SilentBody } from "../support/bodies.ts";
import { absentDigest, blobOf } from "../support/blobs.ts";
import { createCache } from "../support/cache.ts";
import { callFor } from "../support/calls.ts";
import { ManualClock } from "../support/clock.ts";

/** Has room for so many bytes, and remembers what it was asked for. */
class Purse implements UploadAllowance {
  readonly asked: number[] = [];
  #left: number;

  constructor(left = Infinity) {
    this.#left = left;
  }

  spendUpload(_: unknown, bytes: number): void {
    if (this.#left <= 0) throw new RetryLater("spent", 1000);
    this.#left -= bytes;
    this.asked.push(bytes);
  }
}

const spent = { code: "rate-limited", waitMs: 1000 };

describe("what is counted", () => {
  it("is each blob's size where it begins to come", async ({ expect }) => {
    const purse = new Purse();
    const { uploads } = createCache({ uploadAllowance: purse });
    const [one, two, three] = [await blobOf(10, 1), await blobOf(20, 2), await blobOf(30, 3)];
    const four = await blobOf(40, 4);
    const upload = { digest: one.digest, compressor: "identity", uuid: "u" } as const;
    await uploads.writeFrom(0n, upload, bodyOf(one.bytes), callFor());
    await uploads.writeAll(two.digest, bodyOf(two.bytes), callFor());
    await uploads.writeBatch([{ digest: three.digest, data: three.bytes }], callFor());
    await uploads.writeWhole({ digest: four.digest, data: four.bytes }, callFor());
    expect(purse.asked).toEqual([10, 20, 30, 40]);
  });

  it("is nothing that is there", async ({ expect }) => {
    const purse = new Purse(0);
    const cache = createCache({ uploadAllowance: purse });
    const { uploads, chunks } = cache;
    const { digest, bytes } = await blobOf(10);
    await cache.keep(bytes);
    await uploads.writeAll(digest, bodyOf(bytes), callFor());
    expect((await uploads.writeBatch([{ digest, data: bytes }], callFor())).size).toBe(0);
    await chunks.splice(digest, { chunks: [digest], cutBy: "unknown" }, callFor());
  });

  it("is the rest where an upload is resumed", async ({ expect }) => {
    const purse = new Purse();
    await using sessions = new UploadSessions({ clock: new ManualClock(), count: 10, bytes: 1e6 });
    const { uploads } = createCache({ uploadAllowance: purse, uploadSessions: sessions });
    const { digest, bytes } = await blobOf(100);
    const upload = { digest, compressor: "identity", uuid: "u" } as const;
    const gone = new AbortController();
    const silent = new SilentBody(bytes.subarray(0, 60));
    const first = uploads.writeFrom(0n, upload, silent, callFor("", gone.signal));
    await silent.awaited;
    gone.abort(new Error("the client went away"));
    await expect(first).rejects.toThrow("went away");
    await uploads.writeFrom(60n, upload, bodyOf(bytes.subarray(60)), callFor());
    expect(purse.asked).toEqual([100, 40]);
  });

  it("is a spliced blob", async ({ expect }) => {
    const purse = new Purse();
    const cache = createCache({ uploadAllowance: purse });
    const whole = await blobOf(100);
    const [head, tail] = [
      await cache.keep(whole.bytes.subarray(0, 50)),
      await cache.keep(whole.bytes.subarray(50)),
    ];
    const list = { chunks: [head.digest, tail.digest], cutBy: "unknown" } as const;
    await cache.chunks.splice(whole.digest, list, callFor());
    expect(purse.asked).toEqual([100]);
  });
});

describe("who has spent all", () => {
  it("uploads nothing, and no byte is read", async ({ expect }) => {
    const { uploads } = createCache({ uploadAllowance: new Purse(0) });
    const { digest } = await blobOf(10);
    let isRead = false;
    const body = (async function* () {
      isRead = true;
      yield new Uint8Array(10);
    })();
    const upload = { digest, compressor: "identity", uuid: "u" } as const;
    await expect(uploads.writeFrom(0n, upload, body, callFor())).rejects.toMatchObject(spent);
    await expect(uploads.writeAll(digest, body, callFor())).rejects.toMatchObject(spent);
    expect(isRead).toBe(false);
  });

  it("has those blobs of a batch stored that came before", async ({ expect }) => {
    const { uploads } = createCache({ uploadAllowance: new Purse(15) });
    const blobs = [await blobOf(10, 1), await blobOf(10, 2), await blobOf(10, 3)];
    const batch = blobs.map(({ digest, bytes }) => ({ digest, data: bytes }));
    const failures = await uploads.writeBatch(batch, callFor());
    expect([...failures]).toEqual([[batch[2], expect.objectContaining(spent)]]);
  });
});

describe("the largest blob", () => {
  const small: Call = {
    ...callFor(),
    principal: { ...anonymous, subject: "somebody", allowance: { maxBlobBytes: 99.5 } },
  };

  it("is that of who uploads it", async ({ expect }) => {
    const { uploads, chunks } = createCache();
    expect(uploads.ceilingFor(small.principal).maxBytes).toBe(99);
    const refusal = { name: "RequestError", code: "invalid-argument" };
    const digest = absentDigest(0, 100);
    expect(() => uploads.checkSize(digest, small)).toThrow(
      /larger than 99 bytes.*maxBlobBytes for somebody/,
    );
    await expect(uploads.writeAll(digest, new SilentBody(), small)).rejects.toMatchObject(refusal);
    const list = { chunks: [digest], cutBy: "unknown" } as const;
    await expect(chunks.splice(digest, list, small)).rejects.toMatchObject(refusal);
    uploads.checkSize(digest, callFor());
    uploads.checkSize(absentDigest(0, 99), small);
  });

  it("is never more than fits", ({ expect }) => {
    const { uploads } = createCache();
    const generous = { ...anonymous, allowance: { maxBlobBytes: Number.MAX_SAFE_INTEGER } };
    expect(uploads.ceilingFor(generous)).toBe(uploads.ceilingFor(anonymous));
  });
});
