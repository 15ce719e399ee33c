import { describe, it } from "vitest";
import { limits } from "../../shared/limits.ts";
import { anonymous } from "../support/principals.ts";
import { bodyOf, GatedBody, SilentBody } from "../support/bodies.ts";
import { absentDigest, blobOf } from "../support/blobs.ts";
import { KIB, MIB } from "../support/bytes.ts";
import { createCache } from "../support/cache.ts";
import { abortableCall, callFor } from "../support/calls.ts";
import { CallCounter, overriding } from "../support/overriding.ts";

describe("rival uploads of one blob", () => {
  it("end when the first one ends, whatever they wait for", async ({ expect }) => {
    const { uploads } = createCache();
    const blob = await blobOf(1000);
    const silent = [0, 500, 1000].map((sent) => new SilentBody(blob.bytes.subarray(0, sent)));
    const rivals = silent.map((body) => uploads.write(blob.digest, body, callFor()));
    await Promise.all(silent.map(({ awaited }) => awaited));

    expect(await uploads.write(blob.digest, bodyOf(blob.bytes), callFor())).toBe("stored");
    expect(await Promise.all(rivals)).toEqual(["present", "present", "present"]);
    await Promise.all(silent.map(({ stopped }) => stopped));
    expect(await uploads.isPresent(blob.digest, callFor())).toBe(true);
  });

  it("go on when one of them fails", async ({ expect }) => {
    const { uploads } = createCache();
    const blob = await blobOf(1000);
    const body = new GatedBody(blob.bytes);
    const staying = uploads.write(blob.digest, body, callFor());
    await body.held;
    const failing = uploads.write(blob.digest, bodyOf(blob.bytes.with(0, 0)), callFor());
    await expect(failing).rejects.toMatchObject({ code: "invalid-argument" });
    body.release();
    expect(await staying).toBe("stored");
  });

  it("are those of the same instance and digest only", async ({ expect }) => {
    const { uploads } = createCache();
    const [blob, other] = [await blobOf(1000, 1), await blobOf(1000, 2)];
    const bodies = [new GatedBody(blob.bytes), new GatedBody(other.bytes)] as const;
    const elsewhere = uploads.write(blob.digest, bodies[0], callFor("elsewhere"));
    const different = uploads.write(other.digest, bodies[1], callFor());
    await Promise.all(bodies.map(({ held }) => held));

    expect(await uploads.write(blob.digest, bodyOf(blob.bytes), callFor())).toBe("stored");
    for (const body of bodies) body.release();
    expect(await Promise.all([elsewhere, different])).toEqual(["stored", "stored"]);
  });

  it("do not take a client that goes away for one that was overtaken", async ({ expect }) => {
    const { uploads } = createCache();
    const blob = await blobOf(1000);
    const { call, reason, abort } = abortableCall();
    const body = new SilentBody();
    const leaving = uploads.write(blob.digest, body, call);
    await body.awaited;
    abort();
    await expect(leaving).rejects.toBe(reason);
  });

  it("are forgotten when they have ended: a later upload is not cut short", async ({ expect }) => {
    const cache = createCache();
    const blob = await blobOf(1000);
    expect(await cache.uploads.write(blob.digest, bodyOf(blob.bytes), callFor())).toBe("stored");
    const wrong = cache.uploads.write(blob.digest, bodyOf(blob.bytes.with(0, 0)), callFor());
    await expect(wrong).rejects.toMatchObject({ code: "invalid-argument" });
  });
});

describe("an upload", () => {
  it("is refused before its first byte where it is too large", async ({ expect }) => {
    const { uploads } = createCache({ capacityBytes: MIB });
    const { maxBytes } = uploads.ceilingFor(anonymous);
    const tooLarge = absentDigest(0, maxBytes + 1);
    const body = new SilentBody();
    expect(() => uploads.checkSize(tooLarge, callFor())).toThrow(/largest blob/);
    const refusal = { name: "RequestError", code: "invalid-argument" };
    await expect(uploads.write(tooLarge, body, callFor())).rejects.toMatchObject(refusal);
    await expect(uploads.writeAll(tooLarge, body, callFor())).rejects.toMatchObject(refusal);
    uploads.checkSize(absentDigest(0, maxBytes), callFor());
  });

  it("is bounded by the limit where the store takes more", ({ expect }) => {
    const huge = Number.MAX_SAFE_INTEGER;
    const { uploads } = createCache({ capacityBytes: huge });
    expect(uploads.ceilingFor(anonymous).maxBytes).toBe(limits.blobBytes);
  });

  it("is read to its end and verified without an early answer, present or not", async ({
    expect,
  }) => {
    const counter = new CallCounter();
    const { uploads } = createCache(counter);
    const blob = await blobOf(100 * KIB);
    await uploads.writeAll(blob.digest, bodyOf(blob.bytes), callFor());
    let read = 0;
    async function* counted(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
      for await (const chunk of bodyOf(bytes)) {
        read += chunk.byteLength;
        yield chunk;
      }
    }
    await uploads.writeAll(blob.digest, counted(blob.bytes), callFor());
    expect([counter.puts, read]).toEqual([1, blob.bytes.byteLength]);
    const wrong = uploads.writeAll(blob.digest, bodyOf(blob.bytes.subarray(1)), callFor());
    await expect(wrong).rejects.toMatchObject({ code: "invalid-argument" });
  });
});

describe("an upload that is at hand whole", () => {
  it("is verified, and ends those of the same blob that are under way", async ({ expect }) => {
    const { uploads } = createCache();
    const { digest, bytes: data } = await blobOf(1000);
    const body = new SilentBody();
    const rival = uploads.write(digest, body, callFor());
    await body.awaited;
    const wrong = uploads.writeWhole({ digest, data: data.with(0, 0) }, callFor());
    await expect(wrong).rejects.toMatchObject({ code: "invalid-argument" });
    expect(await uploads.isPresent(digest, callFor())).toBe(false);
    await uploads.writeWhole({ digest, data }, callFor());
    expect(await rival).toBe("present");
    expect(await uploads.isPresent(digest, callFor())).toBe(true);
  });

  it("is refused where it is too large", async ({ expect }) => {
    const { uploads } = createCache();
    const { digest, bytes: data } = await blobOf(1000);
    const principal = { ...anonymous, allowance: { maxBlobBytes: 999 } };
    const refused = uploads.writeWhole({ digest, data }, { ...callFor(), principal });
    await expect(refused).rejects.toMatchObject({ code: "invalid-argument" });
  });
});

describe("a batch of uploads", () => {
  it("succeeds and fails entry by entry", async ({ expect }) => {
    const { uploads } = createCache();
    const [a, b, c] = [await blobOf(10, 1), await blobOf(10, 2), await blobOf(0)];
    const entries = [
      { digest: a.digest, data: a.bytes },
      { digest: b.digest, data: a.bytes },
      { digest: c.digest, data: c.bytes },
      { digest: b.digest, data: b.bytes.subarray(1) },
    ];
    const failures = await uploads.writeBatch(entries, callFor());
    const [first, second, third, fourth] = entries.map((entry) => failures.get(entry));
    expect([first, third]).toEqual([undefined, undefined]);
    expect(second).toMatchObject({ code: "invalid-argument" });
    expect(fourth).toMatchObject({ code: "invalid-argument" });
    expect(await uploads.isPresent(a.digest, callFor())).toBe(true);
    expect(await uploads.isPresent(b.digest, callFor())).toBe(false);
  });

  it("may name a blob twice, and holds many", async ({ expect }) => {
    const { uploads, blobs } = createCache();
    const many = await Promise.all(Array.from({ length: 200 }, (_, i) => blobOf(100, i + 1)));
    const entries = [...many, ...many].map(({ digest, bytes }) => ({ digest, data: bytes }));
    expect(await uploads.writeBatch(entries, callFor())).toEqual(new Map());
    const digests = many.map(({ digest }) => digest);
    expect(await blobs.findMissing(digests, callFor())).toEqual([]);
  });

  it("does not write what is there", async ({ expect }) => {
    const counter = new CallCounter();
    const cache = createCache(counter);
    const blob = await blobOf(100);
    const entries = [{ digest: blob.digest, data: blob.bytes }];
    for (let i = 0; i < 3; i++) await cache.uploads.writeBatch(entries, callFor());
    expect(counter.puts).toBe(1);
  });

  it("ends when its client goes away", async ({ expect }) => {
    const { call, reason, abort } = abortableCall();
    const { uploads } = createCache({
      decorate: (base) =>
        overriding(base, {
          put: (...args) => {
            abort();
            return base.put(...args);
          },
        }),
    });
    const blob = await blobOf(100);
    const entries = [{ digest: blob.digest, data: blob.bytes }];
    await expect(uploads.writeBatch(entries, call)).rejects.toBe(reason);
  });
});
