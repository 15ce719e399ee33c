import { afterAll, beforeEach, expect, test } from "vitest";
import { parseHash } from "../../shared/digest/digest.ts";
import { parseInstanceName } from "../../shared/digest/instance-name.ts";
import { limits } from "../../shared/limits.ts";
import { objectKeyOf } from "../../shared/stores/indexed/object-key.ts";
import { blobKey, type RowKey } from "../../shared/stores/indexed/row-key.ts";
import { shardsAt } from "../../shared/stores/indexed/sweeper.ts";
import { newUploadId } from "../../shared/stores/indexed/upload-id.ts";
import { type Blob, isPresent, randomBlob, upload } from "../conformance/blobs.ts";
import { clientsOn } from "../conformance/check.ts";
import { createTarget } from "../conformance/target.node.ts";
import { startWorker } from "../support/worker.node.ts";

const instanceName = "sweeps";

const worker = await startWorker({ HAYLOFT_OPEN: "1", HAYLOFT_SWEEP_ROWS: "50" });
const target = createTarget({ baseUrl: worker.url, protocol: "connect", httpVersion: "1.1" });
const clients = clientsOn(target.connect());
afterAll(async () => await worker[Symbol.asyncDispose]());

const small = (): Blob => randomBlob(100);
const large = (): Blob => randomBlob(10_000);

beforeEach(async () => {
  await (await worker.database()).exec("DELETE FROM rows");
  const bucket = await worker.bucket();
  const { objects } = await bucket.list();
  await bucket.delete(objects.map(({ key }) => key));
});

function keyOf(hashText: string): RowKey {
  const hash = parseHash("sha256", hashText, "hash");
  return blobKey({ function: "sha256", hash }, parseInstanceName(instanceName));
}

/** Lets the leases of blobs end so long ago that nobody has used them for weeks. */
async function age(blobs: readonly Blob[]): Promise<void> {
  const database = await worker.database();
  const endedMs = Date.now() - limits.keepMs - 3_600_000;
  const statement = database.prepare("UPDATE rows SET lease_ends_ms = ?1 WHERE key = ?2");
  const old = blobs.map(({ digest }) => statement.bind(endedMs, keyOf(digest.hash)));
  await database.batch(old);
}

async function objectKeys(): Promise<readonly string[]> {
  const { objects } = await (await worker.bucket()).list();
  return objects.map(({ key }) => key);
}

/** What the sweeps since the start of the log say that they removed. */
function removedRows(): number {
  const swept = worker.log().matchAll(/"?removedRows"?: ?(\d+)/g);
  return [...swept].reduce((sum, [, rows]) => sum + Number(rows), 0);
}

test("two sweeps at once remove what nobody uses, each row once, and nothing else", async () => {
  const old = [...Array.from({ length: 6 }, small), ...Array.from({ length: 6 }, large)];
  const used = [small(), large()];
  await upload(clients, instanceName, ...old, ...used);
  await age(old);
  const before = removedRows();
  const ends = await Promise.all([worker.sweep(), worker.sweep(), worker.sweep()]);
  expect(ends).toEqual(["ok", "ok", "ok"]);
  expect(removedRows() - before).toBe(old.length);
  expect(await objectKeys()).toHaveLength(1);
  for (const blob of used) expect(await isPresent(clients, instanceName, blob)).toBe(true);
  for (const blob of old) {
    expect(await isPresent(clients, instanceName, blob)).toBe(false);
    await upload(clients, instanceName, blob);
    expect(await isPresent(clients, instanceName, blob)).toBe(true);
  }
});

test("a sweep removes no more rows than it may, and the next ones go on", async () => {
  const old = Array.from({ length: 70 }, small);
  await upload(clients, instanceName, ...old);
  await age(old);
  const before = removedRows();
  await worker.sweep();
  expect(removedRows() - before).toBe(50);
  await worker.sweep();
  expect(removedRows() - before).toBe(70);
});

test("what an upload left that came to no end is removed in its turn", async () => {
  const longAgo = { now: () => Date.now() - 2 * limits.uploadWindowMs };
  const { hash } = randomBlob().digest;
  const orphan = objectKeyOf({
    key: keyOf(hash),
    upload: newUploadId(longAgo, (bytes) => void crypto.getRandomValues(bytes)),
  });
  await (await worker.bucket()).put(orphan, "bytes");
  const used = large();
  await upload(clients, instanceName, used);
  const turn = turnOf(Number.parseInt(hash.slice(0, 2), 16));
  await worker.sweep(new Date(turn - limits.sweepEveryMs));
  expect(await objectKeys()).toContain(orphan);
  await worker.sweep(new Date(turn));
  expect(await objectKeys()).toHaveLength(1);
  expect(await isPresent(clients, instanceName, used)).toBe(true);
});

/** When the next sweep lists a shard, of those whose last one did not. */
function turnOf(shard: number): number {
  const { sweepEveryMs: every, orphanCycleMs: cycle } = limits;
  let time = Date.now() + every;
  while (
    shardsAt(time - every, every, cycle).includes(shard) ||
    !shardsAt(time, every, cycle).includes(shard)
  ) {
    time += every;
  }
  return time;
}
