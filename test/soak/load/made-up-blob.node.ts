import { createHash } from "node:crypto";
import { type Blob, type DigestInit, SHA256 } from "../../conformance/blobs.ts";
import { bytesOf } from "../../support/bytes.ts";
import type { Random } from "../../support/random.ts";
import { Trouble } from "./trouble.ts";

/** A blob that can be made again from a few numbers, so that a load remembers many. */
export interface MadeUpBlob {
  readonly seed: number;
  /** Whether it shrinks when it is compressed. */
  readonly isText: boolean;
  readonly digest: DigestInit;
}

/** A new blob, whose size has as many chances to be between 1 and 10 KB as between 10 and 100. */
export function makeUp(random: Random, leastBytes: number, mostBytes: number): MadeUpBlob {
  const octaves = Math.log2(mostBytes / leastBytes);
  const sizeBytes = Math.floor(leastBytes * 2 ** (random.next() * octaves));
  const seed = random.below(2 ** 32);
  const isText = random.chance(0.5);
  const hash = hashOf(madeUpBytes({ seed, isText, sizeBytes }));
  return { seed, isText, digest: { hash, sizeBytes: BigInt(sizeBytes) } };
}

/** A new digest of nothing that anybody has. */
export function absentDigest(random: Random): DigestInit {
  const seed = `nobody has ${random.next()} ${random.next()}`;
  return { hash: hashOf(Buffer.from(seed)), sizeBytes: 1000n };
}

/** The blob with its bytes. */
export function withData({ digest, ...blob }: MadeUpBlob): Blob {
  const data = madeUpBytes({ ...blob, sizeBytes: Number(digest.sizeBytes) });
  return { data, digest, digestFunction: SHA256 };
}

/** Throws where the bytes are not those of the blob from the offset on. */
export function expectBytes(bytes: Uint8Array, blob: MadeUpBlob, offset = 0, end?: number): void {
  const expected = withData(blob).data.subarray(offset, end);
  if (Buffer.compare(bytes, expected) === 0) return;
  const { hash, sizeBytes } = blob.digest;
  throw new Trouble(
    "wrong bytes",
    `${hash}/${sizeBytes} from ${offset} on: ${bytes.byteLength} bytes of ${expected.byteLength}, from other ones`,
  );
}

function madeUpBytes(blob: {
  readonly seed: number;
  readonly isText: boolean;
  readonly sizeBytes: number;
}): Uint8Array<ArrayBuffer> {
  const bytes = bytesOf(blob.sizeBytes, blob.seed);
  if (blob.isText) for (let at = 0; at < bytes.length; at++) bytes[at] = (bytes[at] ?? 0) & 3;
  return bytes;
}

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
