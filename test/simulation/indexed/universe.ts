import type { ActionName } from "../../../shared/stores/action-store.ts";
import { actionKey, blobKey, type RowKey } from "../../../shared/stores/indexed/row-key.ts";
import { absentDigest, blobOf, type TestBlob } from "../../support/blobs.ts";
import { callFor } from "../../support/calls.ts";

export interface KnownBlob extends TestBlob {
  readonly key: RowKey;
}

export interface KnownAction {
  readonly name: ActionName;
  readonly key: RowKey;
}

/** All that clients ever speak of. */
export interface Universe {
  readonly blobs: readonly KnownBlob[];
  readonly actions: readonly KnownAction[];
}

/** In a row; in an object; in an object that comes in parts. */
const sizes = [20, 100, 60, 700, 20, 100, 300, 60, 700, 1500];

/** The most bytes that live in a row, and that make one object in one request. */
export const inlineBytes = 64;
export const maxPutBytes = 1000;

const BLOBS = 20;
const ACTIONS = 4;

const { instanceName } = callFor();

export async function createUniverse(): Promise<Universe> {
  const blobs = Array.from({ length: BLOBS }, async (_, index) => {
    const blob = await blobOf((sizes[index % sizes.length] ?? 0) + index, index);
    return { ...blob, key: blobKey(blob.digest, instanceName) };
  });
  const actions = Array.from({ length: ACTIONS }, (_, index) => {
    const name = absentDigest(index);
    return { name, key: actionKey(name, instanceName) };
  });
  return { blobs: await Promise.all(blobs), actions };
}
