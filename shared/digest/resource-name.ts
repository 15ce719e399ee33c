import { invalidArgument, quote, type RequestError } from "../request-error.ts";
import { namedDigestFunction } from "./digest-function.ts";
import { type Digest, parseHash, parseSize } from "./digest.ts";
import { type InstanceName, parseInstanceName, reservedSegments } from "./instance-name.ts";
import type { SupportedFunctions } from "./supported-functions.ts";

/** How the bytes of a stream are encoded; the digest always names the plain bytes. */
export type Compressor = "identity" | "zstd" | "deflate" | "brotli";

/** What a ByteStream resource name means. */
export interface ResourceName {
  readonly instanceName: InstanceName;
  readonly digest: Digest;
  readonly compressor: Compressor;
}

/** The same of an upload, which has a name of its own. */
export interface UploadName extends ResourceName {
  /** Made by the client, for one upload or for several blobs. */
  readonly uuid: string;
}

export interface ResourceNameRules {
  readonly functions: SupportedFunctions;
  /** Identity, and what `compressed-blobs` may name here. */
  readonly compressors: readonly Compressor[];
}

const FIELD = "resource_name";

/** Parses `[{instance}/]blobs/[{function}/]{hash}/{size}` and its compressed form. */
export function parseReadName(text: string, rules: ResourceNameRules): ResourceName {
  const { instanceName, rest } = splitAtKeyword(text);
  const { name, left } = parseBlobPart(text, instanceName, rest, rules);
  if (left.length > 0) throw malformed(text, "has segments after the size");
  return name;
}

/**
 * Parses `[{instance}/]uploads/{uuid}/blobs/[{function}/]{hash}/{size}[/{anything}]` and its compressed form. The uuid may be
 * any segment, and what follows the size does not matter.
 */
export function parseWriteName(text: string, rules: ResourceNameRules): UploadName {
  const { instanceName, rest } = splitAtKeyword(text);
  if (rest[0] !== "uploads")
    throw malformed(text, "is not an upload: uploads/{uuid}/blobs/{hash}/{size}");
  const uuid = rest[1];
  if (!uuid) throw malformed(text, "has no uuid after uploads");
  return { ...parseBlobPart(text, instanceName, rest.slice(2), rules).name, uuid };
}

/** The first reserved segment ends the instance name: upload names may hold anything further right. */
function splitAtKeyword(text: string): { instanceName: InstanceName; rest: readonly string[] } {
  const segments = text.split("/");
  const keyword = segments.findIndex((segment) => reservedSegments.has(segment));
  if (keyword === -1) throw malformed(text, "has no blobs, compressed-blobs or uploads segment");
  if (keyword > 0 && segments[0] === "") throw malformed(text, "has a leading slash");
  const instanceName = parseInstanceName(segments.slice(0, keyword).join("/"), FIELD);
  return { instanceName, rest: segments.slice(keyword) };
}

function parseBlobPart(
  text: string,
  instanceName: InstanceName,
  rest: readonly string[],
  rules: ResourceNameRules,
): { name: ResourceName; left: readonly string[] } {
  let left = rest;
  let compressor: Compressor = "identity";
  if (left[0] === "compressed-blobs") {
    compressor = parseCompressor(text, left[1] ?? "", rules);
    left = left.slice(2);
  } else if (left[0] === "blobs") {
    left = left.slice(1);
  } else {
    throw malformed(text, "has no blobs or compressed-blobs segment where one belongs");
  }
  const named = namedDigestFunction(left[0] ?? "");
  if (named !== undefined) {
    if (!rules.functions.has(named)) {
      throw malformed(text, `names the digest function ${named}, which is not supported here`);
    }
    left = left.slice(1);
  }
  const [hashText, sizeText, ...after] = left;
  if (hashText === undefined || sizeText === undefined)
    throw malformed(text, "has no hash and size");
  const name = named ?? rules.functions.byHash(hashText, FIELD);
  const hash = parseHash(name, hashText, FIELD);
  const digest = { function: name, hash, sizeBytes: parseSizeSegment(text, sizeText) };
  return { name: { instanceName, digest, compressor }, left: after };
}

function parseCompressor(text: string, segment: string, rules: ResourceNameRules): Compressor {
  const compressor = rules.compressors.find((name) => name === segment && name !== "identity");
  if (compressor !== undefined) return compressor;
  const known = rules.compressors.filter((name) => name !== "identity").join(", ") || "none";
  throw malformed(text, `names the compressor ${quote(segment)}; supported here: ${known}`);
}

function parseSizeSegment(text: string, segment: string): number {
  if (!/^(0|[1-9][0-9]{0,18})$/.test(segment)) {
    throw malformed(text, `has ${quote(segment)} where the size in bytes belongs`);
  }
  return parseSize(BigInt(segment), FIELD);
}

function malformed(text: string, mistake: string): RequestError {
  return invalidArgument(FIELD, `${quote(text)} ${mistake}`);
}
