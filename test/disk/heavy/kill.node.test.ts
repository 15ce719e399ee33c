import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Siege } from "./siege.node.ts";

const LIVES = 12;

test("a server that is killed at any instant loses no more than it says, and is never wrong", async ({
  annotate,
}) => {
  const data = await mkdtemp(join(tmpdir(), "hayloft-kill-"));
  try {
    const siege = new Siege(data);
    let killedMs = -Infinity;
    for (let life = 0; life < LIVES; life++) killedMs = await siege.live(killedMs);
    await siege.conclude(killedMs);
    await annotate(
      `${siege.operations} operations, ${LIVES} kills, ${siege.lost} blobs lost in time`,
    );
    expect(siege.operations).toBeGreaterThan(1000);
  } finally {
    await rm(data, { recursive: true });
  }
});
