import { describe, it } from "vitest";
import { limits } from "../../shared/limits.ts";
import { bodyOf } from "../support/bodies.ts";
import { blobOf, type TestBlob } from "../support/blobs.ts";
import { callFor } from "../support/calls.ts";
import { KIB, MIB } from "../support/bytes.ts";
import { overriding } from "../support/overriding.ts";
import {
  bring,
  createResumable,
  openStream,
  type ResumableCache,
} from "../support/streamed-uploads.ts";

async function blobs(count: number, sizeBytes = 1000): Promise<readonly TestBlob[]> {
  return await Promise.all(Array.from({ length: count }, (_, seed) => blobOf(sizeBytes, seed + 1)));
}

async function pause(cache: ResumableCache, paused: readonly TestBlob[]): Promise<void> {
  for (const blob of paused) await bring(cache, blob, { to: 400 }).catch(() => undefined);
}

describe("uploads that wait for their clients", () => {
  it("go when their time is over, and not before", async ({ expect }) => {
    await using cache = createResumable();
    const all = await blobs(2);
    await pause(cache, all.slice(0, 1));
    cache.clock.advance(limits.pausedUploadMs / 2);
    await pause(cache, all.slice(1));
    cache.clock.advance(limits.pausedUploadMs / 2 - 1);
    expect(all.map((blob) => cache.kept(blob))).toEqual([400, 400]);
    cache.clock.advance(1);
    expect(all.map((blob) => cache.kept(blob))).toEqual([0, 400]);
  });

  it("have all their time again when they break off again", async ({ expect }) => {
    await using cache = createResumable();
    const blob = await blobOf(1000);
    await pause(cache, [blob]);
    cache.clock.advance(limits.pausedUploadMs - 1);
    await bring(cache, blob, { from: 400, to: 500 }).catch(() => undefined);
    cache.clock.advance(limits.pausedUploadMs - 1);
    expect(await bring(cache, blob, { from: 500 })).toBe("stored");
  });

  it("do not go while a stream brings more, however slowly", async ({ expect }) => {
    await using cache = createResumable();
    const blob = await blobOf(1000);
    const { body, ended } = await openStream(cache, blob, 400);
    cache.clock.advance(10 * limits.pausedUploadMs);
    expect(cache.kept(blob)).toBe(400);
    void body.send(blob.bytes.subarray(400));
    body.end();
    expect(await ended).toBe("stored");
  });

  it("go without being asked for", async ({ expect }) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    await using cache = createResumable(
      {
        decorate: (base) =>
          overriding(base, {
            put: (digest, body, call) => {
              call.signal.addEventListener("abort", () => resolve());
              return base.put(digest, body, call);
            },
          }),
      },
      { keepMs: 1 },
    );
    const blob = await blobOf(1000);
    await pause(cache, [blob]);
    cache.clock.advance(1);
    await promise;
    expect(cache.kept(blob)).toBe(0);
  });

  it("are so many at most: the one that waits longest goes", async ({ expect }) => {
    await using cache = createResumable({}, { count: 3 });
    const all = await blobs(5);
    await pause(cache, all);
    expect(all.map((blob) => cache.kept(blob))).toEqual([0, 0, 400, 400, 400]);
  });

  it("are of so many bytes at most", async ({ expect }) => {
    await using cache = createResumable({}, { bytes: 10_000 });
    const all = [...(await blobs(3, 3000)), await blobOf(4000), await blobOf(10_001)];
    const kept = [
      [400, 400, 400, 0, 0],
      [0, 400, 400, 400, 0],
      [0, 0, 0, 0, 0],
    ];
    for (const [index, expected] of kept.entries()) {
      await pause(cache, index === 0 ? all.slice(0, 3) : all.slice(index + 2, index + 3));
      expect(all.map((blob) => cache.kept(blob))).toEqual(expected);
    }
  });

  it("go where another upload finds no room", async ({ expect }) => {
    await using cache = createResumable({ capacityBytes: MIB });
    const large = await blobOf(900 * KIB, 1);
    await bring(cache, large, { to: 800 * KIB }).catch(() => undefined);
    const other = await blobOf(900 * KIB, 2);
    const refused = cache.uploads.writeAll(other.digest, bodyOf(other.bytes), callFor());
    await expect(refused).rejects.toMatchObject({ code: "exhausted" });
    expect(cache.kept(large)).toBe(0);
    await cache.uploads.writeAll(other.digest, bodyOf(other.bytes), callFor());
  });

  it("are told by the metrics", async ({ expect }) => {
    await using cache = createResumable();
    const [blob] = await blobs(1);
    const values = (): readonly unknown[] => cache.sessions.metrics().map(({ value }) => value);
    expect(values()).toEqual([0, 0]);
    await pause(cache, await blobs(3));
    expect(values()).toEqual([3, 3000]);
    if (blob !== undefined) await bring(cache, blob, { from: 400 });
    expect(values()).toEqual([2, 2000]);
  });

  it("are not kept where nothing of them came", async ({ expect }) => {
    await using cache = createResumable();
    await bring(cache, await blobOf(1000), { to: 0 }).catch(() => undefined);
    expect(cache.sessions.metrics().map(({ value }) => value)).toEqual([0, 0]);
  });

  it("end with the server, which waits for the store to be done with them", async ({ expect }) => {
    const cache = createResumable();
    const [open, ...waiting] = await blobs(3);
    await pause(cache, waiting);
    if (open === undefined) throw new Error("no blob");
    const { ended } = await openStream(cache, open, 400);
    expect(cache.memory.usedBytes).toBe(3000);
    await cache.sessions[Symbol.asyncDispose]();
    expect(cache.memory.usedBytes).toBe(0);
    await expect(ended).rejects.toMatchObject({ code: "unavailable" });
    await pause(cache, waiting);
    expect(waiting.map((blob) => cache.kept(blob))).toEqual([0, 0]);
  });
});
