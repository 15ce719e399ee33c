import { parseInstanceName } from "../../../shared/digest/instance-name.ts";
import type { DigestFunction } from "../../../shared/digest/digest-function.ts";
import { type ObjectKey, objectKeyOf } from "../../../shared/stores/indexed/object-key.ts";
import type { ObjectStore } from "../../../shared/stores/indexed/object-store.ts";
import { blobKey } from "../../../shared/stores/indexed/row-key.ts";
import type { PresignedRequest } from "../../../shared/stores/transfer-store.ts";
import { bodyOf } from "../../support/bodies.ts";
import { blobOf, type TestBlob } from "../../support/blobs.ts";
import { readAll, sameBytes } from "../../support/bytes.ts";
import { callFor } from "../../support/calls.ts";
import { listOf } from "../../support/list-of.ts";
import { uploadAt } from "../../support/rows.ts";

/** A store for one test, empty. */
interface ObjectStoreUnderTest extends AsyncDisposable {
  readonly objects: ObjectStore;
}

/** What the suite must know of an adapter. */
export interface ObjectStoreTraits {
  readonly create: () => Promise<ObjectStoreUnderTest>;
  /** The digest functions by which `put` checks what it gets. */
  readonly verifies: readonly DigestFunction[];
  readonly hasMultipart: boolean;
  /** Makes a presigned request as its holder would, without credentials; left out where the store has no presigner. */
  readonly presignedFetch?: (
    request: PresignedRequest,
    body?: Uint8Array<ArrayBuffer>,
  ) => Promise<Response>;
}

/** A blob and the name of an object that is to hold it. */
export interface TestObject extends TestBlob {
  readonly key: ObjectKey;
}

/** The object of one of a blob's uploads. */
export function uploadOf(blob: TestBlob, upload: number): TestObject {
  const key = blobKey(blob.digest, parseInstanceName("main/linux"));
  return { ...blob, key: objectKeyOf({ key, upload: uploadAt(upload) }) };
}

export async function objectOf(
  size: number,
  seed = 1,
  name: DigestFunction = "sha256",
): Promise<TestObject> {
  return uploadOf(await blobOf(size, seed, name), seed);
}

/** A signal that never aborts. */
export function anySignal(): AbortSignal {
  return callFor().signal;
}

export async function put(objects: ObjectStore, { key, digest, bytes }: TestObject): Promise<void> {
  await objects.put(key, digest, bodyOf(bytes), anySignal());
}

/** Whether the store gives exactly this object's bytes. */
export async function holds(
  objects: ObjectStore,
  { key, bytes }: Pick<TestObject, "key" | "bytes">,
): Promise<boolean> {
  const source = await objects.get(key, { offset: 0 }, anySignal());
  if (source === undefined) return false;
  return source.sizeBytes === bytes.byteLength && sameBytes(await readAll(source), bytes);
}

export async function namesIn(objects: ObjectStore, prefix = ""): Promise<readonly string[]> {
  return (await listOf(objects.list(prefix, anySignal()))).flat();
}

/** Whether there is no trace of the object. */
export async function isAbsent(
  objects: ObjectStore,
  { key, digest }: TestObject,
): Promise<boolean> {
  const source = await objects.get(key, { offset: 0 }, anySignal());
  await source?.[Symbol.asyncDispose]();
  const inspected = await objects.inspect(key, digest, anySignal());
  const names = await namesIn(objects, key);
  return source === undefined && inspected === undefined && names.length === 0;
}
