import { sameBytes } from "../support/bytes.ts";
import { toBinary } from "@bufbuild/protobuf";
import { ReadResponseSchema } from "../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import { type Blob, emptyBlob, isPresent, randomBlob, resized, SHA256 } from "./blobs.ts";
import { check, type Fixture } from "./check.ts";
import { drain, outcome, streamOutcome } from "./outcome.ts";
import { OpenWrite, read, readName, uploadOf, writeBlob, writeName } from "./streams.ts";

const MIB = 1024 * 1024;

async function uploaded(f: Fixture, sizeBytes: number): Promise<Blob> {
  const blob = randomBlob(sizeBytes);
  await writeBlob(f, f.instanceName, blob);
  return blob;
}

export const byteStreamRead = [
  check("11.1", "a read gives the bytes in order, to the end", async (f) => {
    for (const sizeBytes of [1, 65_536, 3 * MIB + 1]) {
      const blob = await uploaded(f, sizeBytes);
      const bytes = await read(f, readName(f.instanceName, blob));
      f.expect(sameBytes(bytes, blob.data), `${sizeBytes} bytes`).toBe(true);
    }
  }),

  check("11.2", "an absent blob, or one of another size, is not found", async (f) => {
    const blob = await uploaded(f, 100);
    const other = { digest: resized(blob), digestFunction: SHA256 };
    for (const absent of [randomBlob(), other]) {
      const name = readName(f.instanceName, absent);
      f.expect(await outcome(read(f, name))).toBe("NotFound");
      const beyond = await outcome(read(f, name, { readOffset: 1000n }));
      f.expect(["NotFound", "OutOfRange"]).toContain(beyond);
    }
  }),

  check("11.3", "an offset lies inside the blob or at its end", async (f) => {
    const blob = await uploaded(f, 100);
    const name = readName(f.instanceName, blob);
    for (const readOffset of [-1n, 101n, 2n ** 62n]) {
      f.expect(await outcome(read(f, name, { readOffset })), `${readOffset}`).toBe("OutOfRange");
    }
    f.expect(await read(f, name, { readOffset: 100n })).toEqual(new Uint8Array());
    f.expect(await read(f, name, { readOffset: 99n })).toEqual(blob.data.subarray(99));
  }),

  check("11.4", "a limit caps the bytes, and is no error when reached", async (f) => {
    const blob = await uploaded(f, 100);
    const name = readName(f.instanceName, blob);
    for (const [readLimit, bytes] of [
      [0n, 100],
      [1n, 1],
      [99n, 99],
      [100n, 100],
      [101n, 100],
      [2n ** 62n, 100],
    ] as const) {
      f.expect(await read(f, name, { readLimit }), `${readLimit}`).toEqual(
        blob.data.subarray(0, bytes),
      );
    }
    f.expect(await outcome(read(f, name, { readLimit: -1n }))).not.toBe("OK");
  }),

  check("11.5", "offset and limit cut out a part", async (f) => {
    const blob = await uploaded(f, 2 * MIB);
    const name = readName(f.instanceName, blob);
    for (const [offset, limit] of [
      [10, 20],
      [MIB - 1, 2],
      [MIB, 2 * MIB],
      [1, 2 * MIB - 2],
      [0, 2 * MIB],
      [2 * MIB - 1, 1],
      [2 * MIB - 1, 2],
      [2 * MIB, 0],
      [2 * MIB, 1],
    ] as const) {
      const part = await read(f, name, { readOffset: BigInt(offset), readLimit: BigInt(limit) });
      const expected = blob.data.subarray(offset, offset + limit);
      f.expect(sameBytes(part, expected), `${limit} from ${offset}`).toBe(true);
    }
  }),

  check("11.12", "messages are neither crumbs nor lumps", async (f) => {
    const blob = await uploaded(f, 4 * MIB);
    const resourceName = readName(f.instanceName, blob);
    const messages = await drain(f.byteStream.read({ resourceName }));
    for (const message of messages) {
      f.expect(toBinary(ReadResponseSchema, message).byteLength).toBeLessThan(4 * MIB);
    }
    f.expect(messages.length).toBeLessThanOrEqual((4 * MIB) / 16_384);
  }),

  check("11.13", "the empty blob reads as no bytes", async (f) => {
    f.expect(await read(f, readName(f.instanceName, emptyBlob))).toEqual(new Uint8Array());
  }),

  check("11.15", "a reader may leave early", async (f) => {
    const blob = await uploaded(f, 4 * MIB);
    const resourceName = readName(f.instanceName, blob);
    for (let round = 0; round < 20; round += 1) {
      const abort = new AbortController();
      const messages = f.byteStream.read({ resourceName }, { signal: abort.signal });
      const leave = async (): Promise<void> => {
        for await (const _ of messages) abort.abort();
      };
      f.expect(await outcome(leave())).toBe("Canceled");
    }
    f.expect(await streamOutcome(f.byteStream.read({ resourceName }))).toBe("OK");
  }),

  check("11.18", "a blob on its way in is not found", async (f) => {
    const blob = randomBlob(200_000);
    const name = readName(f.instanceName, blob);
    const open = new OpenWrite(f);
    const messages = [...uploadOf(writeName(f.instanceName, blob), blob)];
    open.send(...messages.slice(0, -1));
    f.expect(await outcome(read(f, name))).toBe("NotFound");
    open.send({ ...messages.at(-1), finishWrite: false });
    f.expect(await isPresent(f, f.instanceName, blob)).toBe(false);
    f.expect(await outcome(read(f, name))).toBe("NotFound");
    open.send({ writeOffset: blob.digest.sizeBytes, finishWrite: true });
    open.end();
    f.expect(await open.committedSize).toBe(blob.digest.sizeBytes);
    f.expect(await read(f, name)).toEqual(blob.data);
  }),
];
