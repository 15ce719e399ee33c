import fc from "fast-check";
import { describe, it } from "vitest";
import { abortable } from "../../shared/bytes/abortable.ts";
import { collect, collectUpTo, iterate } from "../../shared/bytes/collect.ts";
import { cutAt } from "../support/arbitraries.ts";
import { readAll } from "../support/bytes.ts";
import { runs } from "../support/runs.ts";

const blobs = fc.uint8Array({ maxLength: 300 });
const cuts = fc.array(fc.nat(), { maxLength: 6 });

describe("collect", () => {
  it("joins what comes, if it is as much as was said", async ({ expect }) => {
    await fc.assert(
      fc.asyncProperty(blobs, cuts, fc.integer({ min: -3, max: 3 }), async (bytes, places, off) => {
        const said = Math.max(0, bytes.byteLength + off);
        const collected = collect(iterate(cutAt(bytes, places)), said);
        if (said === bytes.byteLength) expect(await collected).toEqual(bytes);
        else await expect(collected).rejects.toThrow(RangeError);
      }),
      runs,
    );
  });

  it("gives memory of its own", async ({ expect }) => {
    const chunk = new Uint8Array(100);
    const all = await collect(iterate([chunk]), 100);
    chunk.fill(1);
    expect(all).toEqual(new Uint8Array(100));
  });
});

describe("collectUpTo", () => {
  it("joins what comes, or gives undefined once it is more than the limit", async ({ expect }) => {
    await fc.assert(
      fc.asyncProperty(blobs, cuts, fc.nat(300), async (bytes, places, limit) => {
        const collected = await collectUpTo(iterate(cutAt(bytes, places)), limit);
        expect(collected).toEqual(bytes.byteLength <= limit ? new Uint8Array(bytes) : undefined);
      }),
      runs,
    );
  });

  it("stops an endless source just past the limit", async ({ expect }) => {
    let [given, stopped] = [0, false];
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (; ; given++) yield new Uint8Array(10);
      } finally {
        stopped = true;
      }
    }
    expect(await collectUpTo(endless(), 95)).toBeUndefined();
    expect([given, stopped]).toEqual([9, true]);
  });
});

/** A source that counts what it gives, and how often it is told to stop. */
class CountingSource implements AsyncIterable<Uint8Array> {
  given = 0;
  stops = 0;
  readonly #length: number;

  constructor(length: number) {
    this.#length = length;
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, void> {
    return {
      next: async () => {
        if (this.given === this.#length) return { done: true, value: undefined };
        return { done: false, value: Uint8Array.of(this.given++) };
      },
      return: async () => {
        this.stops++;
        return { done: true, value: undefined };
      },
    };
  }
}

describe("abortable", () => {
  const lengths = fc.nat(20);

  it("passes on everything while nothing aborts", async ({ expect }) => {
    await fc.assert(
      fc.asyncProperty(lengths, async (length) => {
        const source = new CountingSource(length);
        const read = await readAll(abortable(source, new AbortController().signal));
        expect(read).toEqual(Uint8Array.from({ length }, (_, index) => index));
        expect(source.stops).toBe(0);
      }),
      runs,
    );
  });

  it("ends with the reason after an abort, and stops the source once", async ({ expect }) => {
    await fc.assert(
      fc.asyncProperty(lengths, lengths, async (length, after) => {
        const source = new CountingSource(length + 1);
        const controller = new AbortController();
        const reason = new Error("enough");
        const seen: number[] = [];
        const read = async (): Promise<void> => {
          if (after === 0) controller.abort(reason);
          for await (const [byte = -1] of abortable(source, controller.signal)) {
            seen.push(byte);
            if (seen.length === after) controller.abort(reason);
          }
        };
        if (after > length + 1) {
          await read();
          expect([seen.length, source.stops]).toEqual([length + 1, 0]);
          return;
        }
        await expect(read()).rejects.toBe(reason);
        expect(seen.length).toBe(after);
        expect(source.stops).toBe(after === 0 ? 0 : 1);
      }),
      runs,
    );
  });

  it("stops the source of a reader that leaves", async ({ expect }) => {
    const source = new CountingSource(10);
    for await (const _ of abortable(source, new AbortController().signal)) break;
    expect([source.given, source.stops]).toEqual([1, 1]);
  });

  it("passes on a source's failure", async ({ expect }) => {
    const failure = new Error("the disk is gone");
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(1);
      throw failure;
    }
    const read = readAll(abortable(failing(), new AbortController().signal));
    await expect(read).rejects.toBe(failure);
  });
});
