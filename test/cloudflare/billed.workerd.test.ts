import { it } from "vitest";
import { billedBucket } from "../../shared/adapters/cloudflare/billed-bucket.workerd.ts";
import { billedDatabase } from "../../shared/adapters/cloudflare/billed-database.workerd.ts";
import { D1BlobIndex } from "../../shared/adapters/cloudflare/d1-blob-index.workerd.ts";
import { R2ObjectStore } from "../../shared/adapters/cloudflare/r2-object-store.workerd.ts";
import { workerdHashers } from "../../shared/digest/hashers.workerd.ts";
import { createIndexedStores } from "../../shared/stores/indexed/indexed-stores.ts";
import { Meter } from "../../shared/telemetry/meter.ts";
import { type Bill, billed } from "../support/billed-database.workerd.ts";
import { absentDigest, blobOf } from "../support/blobs.ts";
import { bodyOf } from "../support/bodies.ts";
import { bytesOf } from "../support/bytes.ts";
import { callFor } from "../support/calls.ts";
import { freshBucket, freshDatabase } from "../support/cloudflare.workerd.ts";
import { takenCounts } from "../support/counts.ts";
import { indexedParts, testPolicy } from "../support/indexed.ts";
import { listOf } from "../support/list-of.ts";
import { objectOf } from "../contracts/object-store/under-test.ts";

const { signal } = callFor();

it.for([{ readsReplicas: false }, { readsReplicas: true }])(
  "counts the rows that D1 bills, and leases by what they are of ($readsReplicas)",
  async ({ readsReplicas }, { expect }) => {
    const meter = new Meter();
    const bills: Bill[] = [];
    const database = billed(await freshDatabase(), (bill) => bills.push(bill));
    const index = new D1BlobIndex(billedDatabase(database, meter), { readsReplicas, meter });
    const memory = indexedParts({ hashers: workerdHashers });
    const { blobs, actions } = createIndexedStores({ ...memory, index });
    const uploads = await Promise.all(Array.from({ length: 10 }, (_, seed) => blobOf(20, seed)));
    for (const { digest, bytes } of uploads) await blobs.put(digest, bodyOf(bytes), callFor());
    const references = uploads.map(({ digest }) => digest);
    const action = absentDigest(77);
    await actions.put(action, { result: bytesOf(100), references }, callFor());
    const written = takenCounts(meter);
    expect(written["d1 rows_written"]).toBe(bills.reduce((sum, bill) => sum + bill.rowsWritten, 0));
    expect(Object.keys(written)).not.toContain("alone");
    await blobs.findMissing(references, callFor());
    expect(Object.keys(takenCounts(meter))).toEqual(["d1 rows_read"]);
    memory.clock.advance(testPolicy.renewEveryMs + 1);
    await actions.get(action, callFor());
    expect(takenCounts(meter)).toMatchObject({ alone: 10, relying: 1 });
    memory.clock.advance(testPolicy.renewEveryMs + 1);
    await blobs.findMissing(references, callFor());
    expect(takenCounts(meter)).toMatchObject({ alone: 10 });
  },
);

it("counts the requests of R2 by their names", async ({ expect }) => {
  const meter = new Meter();
  const objects = new R2ObjectStore(billedBucket(await freshBucket(), meter));
  const { key, digest, bytes } = await objectOf(2000, 1);
  await objects.put(key, digest, bodyOf(bytes), signal);
  await (await objects.get(key, { offset: 0 }, signal))?.[Symbol.asyncDispose]();
  await objects.inspect(key, digest, signal);
  await listOf(objects.list("", signal));
  await objects.delete([key], signal);
  const uploadId = await objects.multipart.create(key, signal);
  const part = await objects.multipart.putPart(key, uploadId, 1, bytes, signal);
  await objects.multipart.complete(key, uploadId, [part], signal);
  const lost = await objects.multipart.create(key, signal);
  await objects.multipart.abort(key, lost);
  expect(takenCounts(meter)).toEqual({
    "r2 PutObject": 1,
    "r2 GetObject": 1,
    "r2 HeadObject": 1,
    "r2 ListObjects": 1,
    "r2 DeleteObject": 1,
    "r2 CreateMultipartUpload": 2,
    "r2 UploadPart": 1,
    "r2 CompleteMultipartUpload": 1,
    "r2 AbortMultipartUpload": 1,
  });
});
