import { describe, it } from "vitest";
import { GatedBody } from "../support/bodies.ts";
import { blobOf } from "../support/blobs.ts";
import { KIB, sameBytes } from "../support/bytes.ts";
import { callFor } from "../support/calls.ts";
import { leaseMs, WatchedStore } from "./watched-store.ts";

describe("an upload that waits for its client", () => {
  it.for([10_000, 100_000])(
    "holds up neither checkpoints nor other uploads: %i bytes",
    async (size, { expect }) => {
      const store = await WatchedStore.open({ blockBytes: 128 * KIB });
      const { wantedBlocks } = store.open.ring;
      // As full as it gets, and nothing of it in use any more.
      for (let i = 0; i < wantedBlocks; i++) await store.put(await blobOf(120_000, i));
      store.clock.advance(leaseMs + 1);

      const blob = await blobOf(size, 1000);
      const body = new GatedBody(blob.bytes);
      const waiting = store.blobs.put(blob.digest, body, callFor());
      await body.held;
      // What can be written in one lease.
      const others = await Promise.all(
        Array.from({ length: wantedBlocks - 4 }, (_, i) => blobOf(120_000, 2000 + i)),
      );
      for (const other of others) await store.put(other);
      await store.open.checkpoints.run();
      body.release();
      await waiting;
      await store.open.checkpoints.run();
      for (const kept of [...others, blob]) {
        const bytes = await store.read(kept);
        expect(bytes !== undefined && sameBytes(bytes, kept.bytes)).toBe(true);
      }
    },
  );
});
