import { createHash } from "node:crypto";
import { bytesOf } from "../../support/bytes.ts";

export interface NamedBlob {
  readonly index: number;
  readonly hash: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Around the sizes where the store does something else. */
const sizes = [1, 100, 900, 4096, 5000, 20_000, 65_536, 65_537, 200_000, 262_145, 1_000_000];

/** Makes the same blob of an index every time. */
export function blobAt(index: number): NamedBlob {
  const bytes = bytesOf((sizes[index % sizes.length] ?? 0) + index, index + 1);
  return { index, bytes, hash: createHash("sha256").update(bytes).digest("hex") };
}
