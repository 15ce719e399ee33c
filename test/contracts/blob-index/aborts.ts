import { describe, it } from "vitest";
import type { BlobIndex } from "../../../shared/stores/indexed/blob-index.ts";
import { abortableCall } from "../../support/calls.ts";
import { HOUR_MS, LEASE_ENDS_MS, rowAt } from "../../support/rows.ts";
import { type BlobIndexTraits, commit, read } from "./under-test.ts";

const untilMs = LEASE_ENDS_MS + HOUR_MS;
const renewal = { dueMs: untilMs, untilMs };

/** Every method, each in a way that would leave a trace in a table that holds row 1. */
const calls: readonly {
  readonly name: string;
  readonly make: (index: BlobIndex, signal: AbortSignal) => Promise<unknown>;
}[] = [
  {
    name: "look up",
    make: (index, signal) =>
      index.lookUp([rowAt(1).key], { contents: true, consistent: true, renewal }, signal),
  },
  {
    name: "look up nothing",
    make: (index, signal) => index.lookUp([], { contents: false, consistent: true }, signal),
  },
  { name: "commit", make: (index, signal) => index.commit(rowAt(2), "first", signal) },
  {
    name: "replace",
    make: (index, signal) => index.commit(rowAt(1, { sizeBytes: 1 }), "last", signal),
  },
  { name: "renew", make: (index, signal) => index.renew([rowAt(1)], untilMs, signal) },
  { name: "remove", make: (index, signal) => index.remove([rowAt(1)], signal) },
  { name: "list what has expired", make: (index, signal) => index.expired(untilMs, 1, signal) },
  { name: "account", make: (index, signal) => index.leases(HOUR_MS, signal) },
];

/** A call that is over is not made. */
export function describeAborts({ create }: BlobIndexTraits): void {
  describe("a call that is over before it begins", () => {
    it.for(calls)("does not $name", async ({ make }, { expect }) => {
      await using test = await create();
      await commit(test.index, rowAt(1));
      const { call, reason, abort } = abortableCall();
      abort();
      await expect(make(test.index, call.signal)).rejects.toBe(reason);
      expect(await read(test.index, rowAt(1).key)).toEqual(rowAt(1));
      expect(await read(test.index, rowAt(2).key)).toBeUndefined();
    });
  });
}
