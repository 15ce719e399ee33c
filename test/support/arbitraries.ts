import fc from "fast-check";
import { digestFunctions, type DigestFunction } from "../../shared/digest/digest-function.ts";
import { type Digest, parseHash } from "../../shared/digest/digest.ts";
import { defaultFunctions } from "../../shared/digest/served-functions.ts";
import { reservedSegments } from "../../shared/digest/instance-name.ts";

const hexDigit = fc.constantFrom(..."0123456789abcdef");

/** Hashes of a function: anything that has the form of one. */
export function hexOf(name: DigestFunction): fc.Arbitrary<string> {
  const { hashLength } = digestFunctions[name];
  return fc.string({ unit: hexDigit, minLength: hashLength, maxLength: hashLength });
}

/** Digests of the functions that a server offers. */
export const digests: fc.Arbitrary<Digest> = fc.constantFrom(...defaultFunctions).chain((name) =>
  fc.record({
    function: fc.constant(name),
    hash: hexOf(name).map((hex) => parseHash(name, hex, "hash")),
    sizeBytes: fc.oneof(fc.nat(), fc.maxSafeNat()),
  }),
);

/** Segments that look as if they meant something, and do not where an instance name stands. */
const nearlyReserved = ["Blobs", "blob", "uploads ", "sha256", "blake3", "..", "%2F", "a\nb", "é"];

/** One segment of a path, free to use in an instance name. */
export const segments: fc.Arbitrary<string> = fc
  .oneof(
    fc.string({ unit: "binary", minLength: 1, maxLength: 12 }),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }),
    fc.constantFrom(...nearlyReserved),
    hexOf("sha256"),
  )
  .map((text) => text.replaceAll("/", "|"))
  .filter((text) => !reservedSegments.has(text));

export const reserved: fc.Arbitrary<string> = fc.constantFrom(...reservedSegments);

/** Valid instance names, the empty one too. */
export const instanceNames: fc.Arbitrary<string> = fc
  .array(segments, { maxLength: 4 })
  .map((parts) => parts.join("/"));

/** `bytes` cut at the places that `cuts` name, empty pieces included. */
export function cutAt(bytes: Uint8Array, cuts: readonly number[]): readonly Uint8Array[] {
  const at = cuts.map((cut) => cut % (bytes.byteLength + 1)).toSorted((a, b) => a - b);
  const starts = [0, ...at];
  return starts.map((start, index) => bytes.subarray(start, at[index] ?? bytes.byteLength));
}
