import type { DigestFunction } from "../../shared/digest/digest-function.ts";
import { type Digest, parseHash } from "../../shared/digest/digest.ts";
import { parseInstanceName } from "../../shared/digest/instance-name.ts";
import type { FullRow } from "../../shared/stores/indexed/blob-index.ts";
import {
  actionKey,
  blobKey,
  type Reference,
  type RowKey,
} from "../../shared/stores/indexed/row-key.ts";
import { newUploadId, type UploadId } from "../../shared/stores/indexed/upload-id.ts";

/** When leases of test rows end: in the past of whoever runs the tests, so that an engine's own clock shows. */
export const LEASE_ENDS_MS = Date.UTC(2026, 0, 1);
export const HOUR_MS = 60 * 60 * 1000;

/** A digest as good as any other: each index has its own, and their first digits differ as those of real hashes do. */
export function digestAt(index: number, sizeBytes = 1000): Digest {
  const mixed = (Math.imul(index + 1, 0x9e37_79b1) >>> 0).toString(16).padStart(8, "0");
  const hash = `${mixed}${index.toString(16).padStart(56, "0")}`;
  return { function: "sha256", hash: parseHash("sha256", hash, "hash"), sizeBytes };
}

export function blobKeyAt(index: number, instance = ""): RowKey {
  return blobKey(digestAt(index), parseInstanceName(instance));
}

export function actionKeyAt(index: number, instance = ""): RowKey {
  return actionKey(digestAt(index), parseInstanceName(instance));
}

/** The longest key there is. */
export function longestKey(): RowKey {
  const name: DigestFunction = "sha512";
  const hash = parseHash(name, "f".repeat(128), "hash");
  return blobKey({ function: name, hash }, parseInstanceName("x".repeat(200)));
}

/** The id of an upload; each number has its own. */
export function uploadAt(number: number): UploadId {
  return newUploadId({ now: () => LEASE_ENDS_MS }, (bytes) =>
    new DataView(bytes.buffer).setUint32(0, number),
  );
}

/** A blob's row, whose content is in an object. */
export function rowAt(index: number, changes: Partial<FullRow> = {}): FullRow {
  return {
    key: blobKeyAt(index),
    upload: uploadAt(index),
    sizeBytes: 1000,
    inline: false,
    content: undefined,
    references: [],
    standsAlone: true,
    leaseEndsMs: LEASE_ENDS_MS,
    ...changes,
  };
}

/** A blob's row that holds its content. */
export function inlineRow(
  index: number,
  content: Uint8Array,
  changes: Partial<FullRow> = {},
): FullRow {
  const sizeBytes = content.byteLength;
  return rowAt(index, { inline: true, content, sizeBytes, ...changes });
}

/** An action result's row, which relies on others. */
export function relyingRow(
  index: number,
  references: readonly Reference[],
  changes: Partial<FullRow> = {},
): FullRow {
  const { content = Uint8Array.of(1, 2, 3) } = changes;
  const key = actionKeyAt(index);
  return inlineRow(index, content, { key, references, standsAlone: false, ...changes });
}
