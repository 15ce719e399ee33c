import { allDigestFunctions, digestFunctions } from "../../../shared/digest/digest-function.ts";
import type { Random } from "../random.node.ts";

const uuid = "01234567-89ab-4cde-8f01-23456789abcd";

/** Words that mean something in one place of a name or another. */
const keywords: readonly string[] =
  "blobs compressed-blobs uploads actions actionResults operations capabilities".split(" ");

/** Segments that instance names may have. */
const plainSegments: readonly string[] = [
  ..."main team a 0 pr-17 Blobs myblobs compressed_blobs sha256 blake3 zstd identity".split(" "),
  ..."% %2F %2e%2e a:b a=b . .. ~ \\ é e\u0301 日本 \u{1F600} \u202Ea \uFEFF ﬀ".split(" "),
  "b c",
  "uploads ",
  "\t",
  "\n",
  "\0",
  "x".repeat(1000),
  "x".repeat(1030),
];

const sizes = ["0", "0", "1", "5", "100", "4194304", "9007199254740991"] as const;
const wrongSizes: readonly string[] = [
  ..."9007199254740992 9223372036854775807 9223372036854775808".split(" "),
  ..."00 05 +5 -1 -0 5.0 5e0 0x5 5n 5_0 ٥ ５ NaN".split(" "),
  "",
  " 5",
  "5 ",
  "1".repeat(40),
];

const compressors = ["zstd", "zstd", "zstd", "deflate", "brotli"] as const;
const wrongCompressors = ["identity", "ZSTD", "gzip", "zstd ", "", "0", "blobs"] as const;

/** A resource name that is right in most of its parts, and now and then in all of them. */
export function drawName(random: Random): string {
  const segments = [
    ...drawInstance(random),
    ...(random.chance(0.5) ? ["uploads", drawUuid(random)] : []),
    ...drawKeyword(random),
    ...drawDigest(random),
    ...(random.chance(0.2) ? drawMetadata(random) : []),
  ];
  return random.chance(0.15) ? edited(segments, random) : segments.join("/");
}

function drawInstance(random: Random): readonly string[] {
  return Array.from({ length: random.pick([0, 0, 1, 1, 2, 3]) }, () => drawSegment(random, 0.03));
}

function drawUuid(random: Random): string {
  return random.chance(0.6) ? uuid : drawSegment(random, 0.1);
}

function drawMetadata(random: Random): readonly string[] {
  return Array.from({ length: 1 + random.below(4) }, () => drawSegment(random, 0.4));
}

function drawSegment(random: Random, oddity: number): string {
  if (random.chance(oddity)) return random.pick(["", ...keywords]);
  return random.chance(0.1) ? drawHash(random, 64) : random.pick(plainSegments);
}

function drawKeyword(random: Random): readonly string[] {
  if (random.chance(0.65)) return ["blobs"];
  if (random.chance(0.1)) return [random.pick(["", "Blobs", "blob", ...keywords])];
  const compressor = random.chance(0.8) ? random.pick(compressors) : random.pick(wrongCompressors);
  return random.chance(0.05) ? ["compressed-blobs"] : ["compressed-blobs", compressor];
}

/** Function, hash and size; the function is named where it has to be, or where it must not be. */
function drawDigest(random: Random): readonly string[] {
  const name = random.pick(
    random.chance(0.5) ? (["sha256", "blake3"] as const) : allDigestFunctions,
  );
  const { named, hashLength, emptyHash } = digestFunctions[name];
  const isNamed = random.chance(0.95) ? named : !named;
  const written = random.chance(0.95) ? name : random.pick([name.toUpperCase(), `${name} `, ""]);
  const hash = random.chance(0.1) ? emptyHash : drawHash(random, hashLength);
  const digest = [hash, random.pick(random.chance(0.75) ? sizes : wrongSizes)];
  return isNamed ? [written, ...digest] : digest;
}

const hexDigits = "0123456789abcdef";

function drawHash(random: Random, length: number): string {
  const hash = Array.from({ length }, () => hexDigits[random.below(16)]).join("");
  if (random.chance(0.85)) return hash;
  const at = random.below(length);
  const flawed = (piece: string): string => hash.slice(0, at) + piece + hash.slice(at + 1);
  return random.pick([
    hash.toUpperCase(),
    hash.slice(1),
    `${hash}0`,
    `0x${hash.slice(2)}`,
    "",
    ...["g", "A", " ", "-", "é", "０", "\u{1F600}", "\n"].map(flawed),
  ]);
}

/** Segments and characters that came, went, doubled or changed places. */
function edited(segments: readonly string[], random: Random): string {
  const at = random.below(segments.length);
  const text = segments.join("/");
  const place = random.below(text.length + 1);
  return random.pick<() => string>([
    () => segments.toSpliced(at, 1).join("/"),
    () => segments.toSpliced(at, 0, segments[at] ?? "").join("/"),
    () => segments.toSpliced(at, 0, random.pick(["", ...keywords])).join("/"),
    () => [...segments.slice(at), ...segments.slice(0, at)].join("/"),
    () => text.slice(0, place),
    () => text.slice(0, place) + text.slice(place + 1),
    () => text.slice(0, place) + random.pick(["/", "//", " ", "%", "\0", "0"]) + text.slice(place),
    () => `/${text}`,
    () => `${text}/`,
  ])();
}
