import { describe, it } from "vitest";
import { ENTRY_OVERHEAD_BYTES } from "../../shared/adapters/memory/memory-blob-store.ts";
import { RequestError } from "../../shared/request-error.ts";
import type { BlobStore } from "../../shared/stores/blob-store.ts";
import { bodyOf } from "../support/bodies.ts";
import { blobOf } from "../support/blobs.ts";
import { abortableCall, callFor } from "../support/calls.ts";
import { ManualBody } from "../support/manual-body.ts";
import { overriding } from "../support/overriding.ts";
import { bring, createResumable, GONE, openStream, uploadOf } from "../support/streamed-uploads.ts";

/** A store that takes the first piece of an upload and no other before it is let go; or that takes all, and then lets nothing be seen. */
class GatedStore {
  /** Resolves when the store holds something back. */
  readonly held: Promise<void>;
  #onHeld: () => void = () => undefined;
  #release: () => void = () => undefined;
  readonly #released: Promise<void>;
  readonly #where: "behind the first piece" | "at the end";

  constructor(where: "behind the first piece" | "at the end") {
    this.#where = where;
    this.held = new Promise((resolve) => (this.#onHeld = resolve));
    this.#released = new Promise((resolve) => (this.#release = resolve));
  }

  release(): void {
    this.#release();
  }

  readonly decorate = (base: BlobStore): BlobStore =>
    overriding(base, {
      put: (digest, body, call) => base.put(digest, this.#gated(body), call),
    });

  async *#gated(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      yield chunk;
      if (this.#where === "behind the first piece") await this.#hold();
    }
    if (this.#where === "at the end") await this.#hold();
  }

  async #hold(): Promise<void> {
    this.#onHeld();
    await this.#released;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof RequestError ? error.code : error;
}

describe("of two streams of one name", () => {
  it("the newer goes on with the upload, and the older ends", async ({ expect }) => {
    await using cache = createResumable();
    const blob = await blobOf(1000);
    const { body, ended } = await openStream(cache, blob, 400);
    expect(await bring(cache, blob, { from: 400 })).toBe("stored");
    await expect(ended).rejects.toMatchObject({ code: "aborted" });
    await body.stopped;
  });

  it("the newer may begin again, and the older ends", async ({ expect }) => {
    await using cache = createResumable();
    const blob = await blobOf(1000);
    const { body, ended } = await openStream(cache, blob, 400);
    expect(await bring(cache, blob)).toBe("stored");
    await expect(ended).rejects.toMatchObject({ code: "aborted" });
    await body.stopped;
    expect(cache.memory.usedBytes).toBe(1000 + ENTRY_OVERHEAD_BYTES);
  });

  it("each has its own end, at whatever moment the newer comes", async ({ expect }) => {
    for (let moment = 0; moment < 60; moment++) {
      await using cache = createResumable();
      const blob = await blobOf(1000);
      const older = await openStream(cache, blob, 400);
      expect(cache.kept(blob)).toBe(400);
      void older.body.send(blob.bytes.subarray(400));
      older.body.end();
      for (let turn = 0; turn < moment; turn++) await Promise.resolve();
      const body = new ManualBody();
      void body.send(blob.bytes.subarray(400));
      body.end();
      const newer = cache.uploads.writeFrom(400n, uploadOf(blob), body, callFor()).catch(codeOf);
      const ends = [await older.ended.catch(codeOf), await newer, body.isSpent];
      expect([
        ["aborted", "stored", true],
        ["stored", "present", false],
      ]).toContainEqual(ends);
    }
  });

  it("nothing of the older comes later, though the store was not done with it", async ({
    expect,
  }) => {
    const gate = new GatedStore("behind the first piece");
    await using cache = createResumable(gate);
    const blob = await blobOf(1000);
    const body = bodyOf(blob.bytes, 400);
    const older = cache.uploads.writeFrom(0n, uploadOf(blob), body, callFor());
    await gate.held;
    const newer = bring(cache, blob, { from: 400 });
    await expect(older).rejects.toMatchObject({ code: "aborted" });
    gate.release();
    expect(await newer).toBe("stored");
  });
});

describe("a stream that ends by its own signal", () => {
  it("ends at once, whatever the store is at, and its upload waits", async ({ expect }) => {
    const gate = new GatedStore("behind the first piece");
    await using cache = createResumable(gate);
    const blob = await blobOf(1000);
    const { call, reason, abort } = abortableCall();
    const body = bodyOf(blob.bytes, 400);
    const ended = cache.uploads.writeFrom(0n, uploadOf(blob), body, call);
    await gate.held;
    abort();
    await expect(ended).rejects.toBe(reason);
    expect(cache.kept(blob)).toBe(400);
    gate.release();
    expect(await bring(cache, blob, { from: 400 })).toBe("stored");
  });

  it("leaves nothing where it had ended before", async ({ expect }) => {
    await using cache = createResumable();
    const blob = await blobOf(1000);
    const { call, reason, abort } = abortableCall();
    abort();
    const late = cache.uploads.writeFrom(0n, uploadOf(blob), bodyOf(blob.bytes), call);
    await expect(late).rejects.toBe(reason);
    expect(await bring(cache, blob)).toBe("stored");
  });

  it("is stored all the same once all of it came", async ({ expect }) => {
    const gate = new GatedStore("at the end");
    await using cache = createResumable(gate);
    const blob = await blobOf(1000);
    const { call, reason, abort } = abortableCall();
    const ended = cache.uploads.writeFrom(0n, uploadOf(blob), bodyOf(blob.bytes), call);
    await gate.held;
    abort();
    await expect(ended).rejects.toBe(reason);
    expect(cache.kept(blob)).toBe(999);
    const again = bring(cache, blob, { from: 999 });
    gate.release();
    expect(await again).toBe("present");
    expect(await cache.uploads.isPresent(blob.digest, callFor())).toBe(true);
  });
});

describe("a stream of an upload that fails", () => {
  it("fails with it, however long it would be silent", async ({ expect }) => {
    await using cache = createResumable({
      decorate: (base) =>
        overriding(base, {
          put: async (_digest, body) => {
            for await (const _ of body) throw GONE;
          },
        }),
    });
    const blob = await blobOf(1000);
    const failing = cache.uploads.writeFrom(0n, uploadOf(blob), bodyOf(blob.bytes), callFor());
    await expect(failing).rejects.toBe(GONE);
    expect(cache.kept(blob)).toBe(0);
  });
});
