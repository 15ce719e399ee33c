import { env } from "cloudflare:workers";
import { describe, it } from "vitest";
import { D1BlobIndex } from "../../shared/adapters/cloudflare/d1-blob-index.workerd.ts";
import type { BlobIndex } from "../../shared/stores/indexed/blob-index.ts";
import { withoutContent } from "../../shared/stores/indexed/row-size.ts";
import { commit, read } from "../contracts/blob-index/under-test.ts";
import { abortableCall, callFor } from "../support/calls.ts";
import { freshDatabase } from "../support/cloudflare.workerd.ts";
import { changed, type Fate, faulty } from "../support/faulty-binding.workerd.ts";
import { HOUR_MS, LEASE_ENDS_MS, rowAt, uploadAt } from "../support/rows.ts";

const LOST = "D1_ERROR: Network connection lost.";
const { signal } = callFor();
const renewal = { dueMs: LEASE_ENDS_MS + 1, untilMs: LEASE_ENDS_MS + HOUR_MS };

/** An index whose database meets with these fates. */
async function indexWith(fates: readonly Fate[], failure = LOST): Promise<BlobIndex> {
  return new D1BlobIndex(faulty(await freshDatabase(), ["batch"], fates, failure));
}

/** Another index over the same rows, in good health. */
const healthy = (): BlobIndex => new D1BlobIndex(env.INDEX);

async function lookUp(index: BlobIndex, call = callFor()): Promise<unknown> {
  const how = { contents: true, consistent: true, renewal };
  return await index.lookUp([rowAt(1).key], how, call.signal);
}

/** What D1 says, and what has to come of it. */
const troubles = [
  {
    said: "D1_ERROR: D1 DB is overloaded. Requests queued for too long.",
    code: "unavailable",
    remedy: "later",
  },
  {
    said: "D1_ERROR: D1 DB is overloaded. Too many requests queued.",
    code: "unavailable",
    remedy: "later",
  },
  {
    said: "D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.",
    code: "unavailable",
    remedy: "later",
  },
  { said: "D1_ERROR: Exceeded maximum DB size", code: "exhausted", remedy: "quota" },
  { said: "D1_ERROR: database or disk is full: SQLITE_FULL", code: "exhausted", remedy: "quota" },
  { said: "D1_ERROR: string or blob too big: SQLITE_TOOBIG", code: "too-large", remedy: "object" },
  { said: "D1_ERROR: what nobody has ever seen", code: "unavailable", remedy: "try again" },
] as const;

describe("a database that", () => {
  it.for(troubles)("says $said: $code, at once", async ({ said, code, remedy }, { expect }) => {
    // Made again, the request would be done.
    const index = await indexWith(["lost"], said);
    const failed = lookUp(index);
    await expect(failed).rejects.toMatchObject({
      name: "StoreError",
      code,
      cause: { message: said },
    });
    await expect(failed).rejects.toThrow(said);
    await expect(failed).rejects.toThrow(remedy);
    expect(await lookUp(index)).toMatchObject({ consistent: true });
  });

  it("has no tables says how to get them", async ({ expect }) => {
    const failed = lookUp(new D1BlobIndex(env.EMPTY));
    await expect(failed).rejects.toMatchObject({ code: "unavailable" });
    await expect(failed).rejects.toThrow("wrangler d1 migrations apply");
  });

  it.for(["lost", "answer lost"] as const)(
    "is out of reach for a moment is asked again: %s",
    async (fate, { expect }) => {
      const row = rowAt(1);
      const requests: readonly ((index: BlobIndex) => Promise<unknown>)[] = [
        (index) => commit(index, row),
        (index) => commit(index, row, "last"),
        (index) => lookUp(index),
        (index) => index.renew([row], renewal.untilMs, signal),
        (index) => index.expired(renewal.untilMs + 1, 10, signal),
        (index) => index.leases(HOUR_MS, signal),
      ];
      for (const request of requests) {
        await commit(await indexWith([]), row);
        const wanted = await request(healthy());
        await commit(await indexWith([]), row);
        const shaky = new D1BlobIndex(faulty(env.INDEX, ["batch"], [fate], LOST));
        expect(await request(shaky)).toEqual(wanted);
      }
    },
  );

  it("is out of reach for longer is not relied on", async ({ expect }) => {
    const index = await indexWith(["lost", "lost", "lost"]);
    await expect(lookUp(index)).rejects.toMatchObject({ code: "unavailable" });
  });

  it("hangs is not waited for when the call is over", async ({ expect }) => {
    const db = await freshDatabase();
    const prepare = db.prepare.bind(db);
    const hanging = changed(db, { prepare, batch: () => new Promise(() => undefined) });
    const { call, reason, abort } = abortableCall();
    const failed = lookUp(new D1BlobIndex(hanging), call);
    abort();
    await expect(failed).rejects.toBe(reason);
  });
});

describe("a commit whose answer was lost", () => {
  it("finds its own row, made again, and nobody else's object is dropped", async ({ expect }) => {
    const index = await indexWith(["answer lost"]);
    expect((await commit(index, rowAt(1), "first")).upload).toBe(rowAt(1).upload);
  });

  it("keeps the row of another that came in between", async ({ expect }) => {
    const db = await freshDatabase();
    const other = rowAt(1, { upload: uploadAt(2) });
    await commit(healthy(), other);
    const index = new D1BlobIndex(faulty(db, ["batch"], ["answer lost"], LOST));
    expect(await commit(index, rowAt(1), "first")).toEqual(withoutContent(other));
  });
});

describe("a removal whose answer was lost", () => {
  it("names no row, made again: its object is left for a sweep to find", async ({ expect }) => {
    const index = await indexWith(["done", "answer lost"]);
    await commit(index, rowAt(1));
    expect((await index.remove([rowAt(1)], signal)).size).toBe(0);
    expect(await read(healthy(), rowAt(1).key)).toBeUndefined();
  });
});
