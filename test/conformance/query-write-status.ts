import { emptyBlob, randomBlob, upload } from "./blobs.ts";
import { check, type Fixture } from "./check.ts";
import { outcome } from "./outcome.ts";
import { below, OpenWrite, readName, uploadOf, write, writeName, writeRest } from "./streams.ts";

interface WriteStatus {
  readonly committedSize: bigint;
  readonly complete: boolean;
}

async function query({ byteStream }: Fixture, resourceName: string): Promise<WriteStatus> {
  const { committedSize, complete } = await byteStream.queryWriteStatus({ resourceName });
  return { committedSize, complete };
}

const NOTHING: WriteStatus = { committedSize: 0n, complete: false };
const ALL: WriteStatus = { committedSize: 100n, complete: true };

export const queryWriteStatus = [
  check("13.1", "a blob that is there is complete, however it came", async (f) => {
    const [batched, streamed] = [randomBlob(), randomBlob()];
    const name = writeName(f.instanceName, streamed);
    await upload(f, f.instanceName, batched);
    await write(f, uploadOf(name, streamed));
    f.expect(await query(f, writeName(f.instanceName, batched))).toEqual(ALL);
    f.expect(await query(f, name)).toEqual(ALL);
    f.expect(await query(f, writeName(f.instanceName, streamed)), "by another id").toEqual(ALL);
  }),

  check("13.2", "an upload under way is not complete", async (f) => {
    const blob = randomBlob();
    const resourceName = writeName(f.instanceName, blob);
    const open = new OpenWrite(f);
    open.send({ resourceName, data: blob.data });
    const status = await query(f, resourceName);
    f.expect(status.complete).toBe(false);
    f.expect(status.committedSize).toBeLessThanOrEqual(100n);
    open.cancel();
    await outcome(open.committedSize);
    const { committedSize } = await query(f, resourceName);
    f.expect(committedSize).toBeGreaterThanOrEqual(status.committedSize);
    f.expect(await writeRest(f, resourceName, blob), "where the answer said").toBe(100n);
  }),

  check("13.3", "of an upload that nobody knows, nothing is there", async (f) => {
    f.expect(await query(f, writeName(f.instanceName, randomBlob()))).toEqual(NOTHING);
  }),

  check("13.4", "only the name of an upload can be asked for", async (f) => {
    const blob = randomBlob();
    const { instanceName } = f;
    const misnamed = below(instanceName, "uploads/u/blobs/zz/1");
    const names = [readName(instanceName, blob), "", "x", misnamed];
    for (const resourceName of names) {
      f.expect(await outcome(query(f, resourceName)), resourceName).toBe("InvalidArgument");
    }
  }),

  check("13.5", "all bytes without finish_write are not complete", async (f) => {
    const blob = randomBlob();
    const resourceName = writeName(f.instanceName, blob);
    // What it answers to that is asked elsewhere (12.13).
    await outcome(write(f, [{ resourceName, data: blob.data }]));
    f.expect((await query(f, resourceName)).complete).toBe(false);
  }),

  check("13.7", "the empty blob is complete", async (f) => {
    const status = await query(f, writeName(f.instanceName, emptyBlob));
    f.expect(status).toEqual({ committedSize: 0n, complete: true });
  }),
];
