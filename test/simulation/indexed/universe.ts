import type { ActionName } from "../../../shared/stores/action-store.ts";
import {
  actionKey,
  blobKey,
  chunkListKey,
  type RowKey,
} from "../../../shared/stores/indexed/row-key.ts";
import { absentDigest, blobFrom, blobOf, type TestBlob } from "../../support/blobs.ts";
import { concat } from "../../support/bytes.ts";
import { callFor } from "../../support/calls.ts";
import { chunksOf } from "../../support/in-chunks.ts";

export interface KnownBlob extends TestBlob {
  readonly key: RowKey;
  /** The chunks that it can be spliced from, in one way or another; none for most blobs. */
  readonly ways: readonly (readonly KnownBlob[])[];
}

export interface KnownAction {
  readonly name: ActionName;
  readonly key: RowKey;
}

/** All that clients ever speak of. */
export interface Universe {
  readonly blobs: readonly KnownBlob[];
  /** Other blobs, which can be spliced, and some of their chunks. */
  readonly spliced: readonly KnownBlob[];
  readonly actions: readonly KnownAction[];
}

/** In a row; in an object; in an object that comes in parts. */
const sizes = [20, 100, 60, 700, 20, 100, 300, 60, 700, 1500];

/** The most bytes that live in a row, and that make one object in one request. */
export const inlineBytes = 64;
export const maxPutBytes = 1000;

/** The smallest blob that may be there as a list of chunks. */
export const splicedBytes = 600;

/** Blobs that can be spliced: which blobs the chunks of one way are. The others are made for them. */
const splices = [
  [3, 0, 1],
  [6, 6, 2],
];

const BLOBS = 20;
const ACTIONS = 4;

const { instanceName } = callFor();

export async function createUniverse(): Promise<Universe> {
  const blobs = await Promise.all(
    Array.from({ length: BLOBS }, async (_, index) =>
      known(await blobOf((sizes[index % sizes.length] ?? 0) + index, index)),
    ),
  );
  const spliced = await Promise.all(
    splices.map(async (numbers) => {
      const chunks = numbers.flatMap((number) => blobs[number] ?? []);
      const whole = await blobFrom(concat(chunks.map(({ bytes }) => bytes)));
      const others = await chunksOf(whole, Math.ceil(whole.bytes.byteLength / 3));
      return { ...known(whole), ways: [chunks, others.map(known)] };
    }),
  );
  const actions = Array.from({ length: ACTIONS }, (_, index) => {
    const name = absentDigest(index);
    return { name, key: actionKey(name, instanceName) };
  });
  const chunks = spliced.flatMap(({ ways }) => ways[1] ?? []);
  return { blobs, spliced: [...spliced, ...chunks], actions };
}

function known(blob: TestBlob): KnownBlob {
  return { ...blob, key: blobKey(blob.digest, instanceName), ways: [] };
}

/** The key of the row that lists a blob's chunks. */
export function listKeyOf({ digest }: KnownBlob): RowKey {
  return chunkListKey(digest, instanceName);
}
