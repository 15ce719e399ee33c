import { describe, type ExpectStatic, it } from "vitest";
import { limits } from "../../shared/limits.ts";
import type { BlobSource } from "../../shared/stores/blob-store.ts";
import { encodedAs } from "../../shared/stores/encoded-as.ts";
import type { Compression } from "../../shared/stores/indexed/indexed-parts.ts";
import { createIndexedStores } from "../../shared/stores/indexed/indexed-stores.ts";
import type { ObjectKey } from "../../shared/stores/indexed/object-key.ts";
import { bodyOf } from "../support/bodies.ts";
import { blobFrom, blobOf, type TestBlob } from "../support/blobs.ts";
import { bytesOf, concat, KIB, MIB, readAll, sameBytes } from "../support/bytes.ts";
import { callFor } from "../support/calls.ts";
import { countedObjects } from "../support/counted-objects.ts";
import { indexedParts, testPolicy } from "../support/indexed.ts";
import { MemoryObjectStore } from "../support/memory-object-store.ts";
import { runLengthCodec } from "../support/run-length-codec.ts";
import { webHashers } from "../support/web-hashers.ts";
import { holds, isMissing, put } from "./blob-store/under-test.ts";
import { namesIn } from "./object-store/under-test.ts";

const whereItPays: Compression = { codec: runLengthCodec, minSaving: 0.1 };
const { signal } = callFor();

/** An indexed store in memory whose objects can be looked into. */
function createStores(compression: Compression = whereItPays) {
  const objects = countedObjects(
    new MemoryObjectStore({ hashers: webHashers, verifies: ["sha256"] }),
  );
  const parts = indexedParts({ objects, compression });
  /** The one object that there is. */
  const kept = async (): Promise<{ name: ObjectKey; bytes: Uint8Array }> => {
    const [name] = (await namesIn(objects)) as readonly ObjectKey[];
    const source = name && (await objects.get(name, { offset: 0 }, signal));
    if (name === undefined || source === undefined) throw new Error("there is no object");
    return { name, bytes: await readAll(source) };
  };
  return { ...createIndexedStores(parts), parts, objects, kept };
}

/** Bytes of which the codec makes about a thirtieth. */
function runs(size: number): Uint8Array<ArrayBuffer> {
  return bytesOf(size).map((_, at) => (at >> 6) & 0xff);
}

async function open(
  { blobs }: ReturnType<typeof createStores>,
  { digest }: TestBlob,
): Promise<BlobSource> {
  const source = await blobs.get(digest, { offset: 0 }, callFor());
  if (source === undefined) throw new Error("a miss");
  return source;
}

async function encodedBytes(bytes: Uint8Array): Promise<Uint8Array> {
  return await readAll(runLengthCodec.encode(bodyOf(bytes), bytes.byteLength));
}

describe("a blob that shrinks", () => {
  it.for([
    { size: testPolicy.inlineBytes + 1, what: "the smallest object" },
    { size: limits.probeBytes, what: "all of it tried" },
    { size: limits.probeBytes + 1, what: "more than is tried" },
    { size: 3 * MIB + 17, what: "much more" },
  ])("is kept encoded, and given so or plain ($what)", async ({ size }, { expect }) => {
    const test = createStores();
    const blob = await blobFrom(runs(size));
    await put(test.blobs, blob);
    const { name, bytes } = await test.kept();
    expect(name).toMatch(/z$/);
    expect(sameBytes(bytes, await encodedBytes(blob.bytes))).toBe(true);
    expect(test.objects.counts).toMatchObject({ puts: 1, parts: 0 });
    expect(await isMissing(test.blobs, blob.digest)).toBe(false);

    const source = await open(test, blob);
    expect(source.encoded).toMatchObject({ compressor: "zstd", sizeBytes: bytes.byteLength });
    const given = await readAll(encodedAs(runLengthCodec, source));
    expect(sameBytes(given, bytes)).toBe(true);
    expect(await holds(test.blobs, blob)).toBe(true);
  });

  it("counts with all its bytes", async ({ expect }) => {
    const { blobs, parts } = createStores();
    const blob = await blobFrom(runs(MIB));
    await put(blobs, blob);
    expect(await parts.index.leases(1000, signal)).toMatchObject([{ rows: 1, bytes: MIB }]);
    expect((await blobs.get(blob.digest, { offset: 5, length: 1 }, callFor()))?.sizeBytes).toBe(
      MIB,
    );
  });

  it.for([
    [1, undefined],
    [0, MIB - 1],
    [0, 0],
    [MIB, undefined],
    [300 * KIB, 7],
  ] as const)(
    "is decoded where a part is asked for (%i, %s)",
    async ([offset, length], { expect }) => {
      const { blobs } = createStores();
      const blob = await blobFrom(runs(MIB));
      await put(blobs, blob);
      const range = length === undefined ? { offset } : { offset, length };
      const source = await blobs.get(blob.digest, range, callFor());
      if (source === undefined) throw new Error("a miss");
      expect(source.encoded).toBeUndefined();
      const wanted = blob.bytes.subarray(offset, length === undefined ? MIB : offset + length);
      expect(sameBytes(await readAll(source), wanted)).toBe(true);
    },
  );

  it("is read as it is kept where its whole length is named", async ({ expect }) => {
    const { blobs } = createStores();
    const blob = await blobFrom(runs(MIB));
    await put(blobs, blob);
    await using source = await blobs.get(blob.digest, { offset: 0, length: MIB }, callFor());
    expect(source?.encoded).toBeDefined();
  });

  it("can be read by a store that keeps new ones plain", async ({ expect }) => {
    const { blobs, parts, objects } = createStores();
    const [old, young] = [await blobFrom(runs(MIB)), await blobFrom(runs(MIB + 1))];
    await put(blobs, old);
    const plain = createIndexedStores({ ...parts, compression: { codec: runLengthCodec } });
    await put(plain.blobs, young);
    const encoded = (await namesIn(objects)).filter((name) => name.endsWith("z"));
    expect(encoded).toHaveLength(1);
    for (const blob of [old, young]) expect(await holds(plain.blobs, blob)).toBe(true);
  });

  it("goes in parts where one is not enough, and then too", async ({ expect }) => {
    const test = createStores({ codec: runLengthCodec, minSaving: -1 });
    // It takes nearly twice its size.
    const blob = await blobOf(limits.encodedPartBytes / 2 + MIB);
    await put(test.blobs, blob);
    expect(test.objects.counts).toMatchObject({ puts: 0, parts: 2 });
    const { bytes } = await test.kept();
    expect(sameBytes(bytes, await encodedBytes(blob.bytes))).toBe(true);
    expect(await holds(test.blobs, blob)).toBe(true);
  });

  it("is right even if only its beginning shrinks", async ({ expect }) => {
    const { blobs, kept } = createStores();
    const blob = await blobFrom(concat([runs(limits.probeBytes), bytesOf(MIB)]));
    await put(blobs, blob);
    expect((await kept()).bytes.byteLength).toBeGreaterThan(blob.bytes.byteLength);
    expect(await holds(blobs, blob)).toBe(true);
  });
});

describe("a blob is kept plain", () => {
  it.for([
    { name: "that does not shrink", bytes: bytesOf(MIB), minSaving: 0.1 },
    { name: "that shrinks by too little", bytes: runs(MIB), minSaving: 0.98 },
    { name: "where nothing else was asked for", bytes: runs(MIB), minSaving: undefined },
  ])("$name", async ({ bytes, minSaving }, { expect }) => {
    const codec = runLengthCodec;
    const test = createStores(minSaving === undefined ? { codec } : { codec, minSaving });
    const blob = await blobFrom(bytes);
    await put(test.blobs, blob);
    const object = await test.kept();
    expect(object.name).not.toMatch(/z$/);
    expect(sameBytes(object.bytes, blob.bytes)).toBe(true);
    expect((await open(test, blob)).encoded).toBeUndefined();
    expect(await holds(test.blobs, blob)).toBe(true);
  });
});

describe("an upload that is to be encoded", () => {
  const right = runs(300 * KIB);
  it.for([
    { name: "other bytes in its beginning", bytes: right.with(5, 77) },
    { name: "other bytes at its end", bytes: right.with(-1, 0) },
    { name: "too few bytes", bytes: right.slice(1) },
    { name: "too few bytes to go on", bytes: right.slice(0, 1000) },
    { name: "no bytes", bytes: right.slice(0, 0) },
    { name: "too many bytes", bytes: concat([right, right]) },
  ])("is refused with $name, and leaves nothing", async ({ bytes }, { expect }) => {
    const { blobs, objects } = createStores();
    const { digest } = await blobFrom(right);
    const upload = blobs.put(digest, bodyOf(bytes), callFor());
    await expect(upload).rejects.toMatchObject({ code: "invalid-argument" });
    expect(await isMissing(blobs, digest)).toBe(true);
    expect(await namesIn(objects)).toEqual([]);
  });

  it("is refused with other bytes in a small one", async ({ expect }) => {
    const { blobs, objects } = createStores();
    const blob = await blobFrom(runs(5000));
    const upload = blobs.put(blob.digest, bodyOf(blob.bytes.with(0, 9)), callFor());
    await expect(upload).rejects.toMatchObject({ code: "invalid-argument" });
    expect(await namesIn(objects)).toEqual([]);
  });
});

describe("an object that is not what was kept", () => {
  const size = 300 * KIB;
  const cutOff = (bytes: Uint8Array) => bytes.slice(0, -1);
  it.for([
    { name: "cut off", size, change: cutOff },
    { name: "followed by more", size, change: (bytes: Uint8Array) => concat([bytes, bytes]) },
    { name: "no encoding at all", size, change: () => bytesOf(1001) },
    { name: "that of a larger blob", size: size + 1, change: (bytes: Uint8Array) => bytes },
    { name: "that of a smaller blob", size: size - 1, change: (bytes: Uint8Array) => bytes },
  ])("is told to be corrupt: $name", async ({ size: encodedSize, change }, { expect }) => {
    const bytes = change(await encodedBytes(runs(encodedSize)));
    const test = createStores();
    const blob = await blobFrom(runs(size));
    await put(test.blobs, blob);
    const { name } = await test.kept();
    const { digest } = await blobFrom(bytes);
    await test.objects.put(name, digest, bodyOf(bytes), signal);
    await expectCorrupt(await open(test, blob), expect);
    await expectCorrupt(await test.blobs.get(blob.digest, { offset: 100 }, callFor()), expect);
  });

  it("is missed where it is gone, and can be uploaded again", async ({ expect }) => {
    const { blobs, objects, kept } = createStores();
    const blob = await blobFrom(runs(size));
    await put(blobs, blob);
    await objects.delete([(await kept()).name], signal);
    for (const length of [0, size]) {
      const range = { offset: 0, length };
      expect(await blobs.get(blob.digest, range, callFor())).toBeUndefined();
    }
    await put(blobs, blob);
    expect(await holds(blobs, blob)).toBe(true);
  });
});

async function expectCorrupt(source: BlobSource | undefined, expect: ExpectStatic): Promise<void> {
  if (source === undefined) throw new Error("a miss");
  const corrupt = { name: "StoreError", code: "corrupt" };
  await expect(readAll(source)).rejects.toMatchObject(corrupt);
}
