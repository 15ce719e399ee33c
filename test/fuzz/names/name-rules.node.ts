import type { DigestFunction } from "../../../shared/digest/digest-function.ts";
import { limits } from "../../../shared/limits.ts";

/** What a server offers, which decides what its resource names may say. */
export interface Offer {
  readonly functions: readonly DigestFunction[];
  /** What `compressed-blobs` may name. */
  readonly compressors: readonly string[];
}

export type NameForm = "read" | "write";

/** What a resource name means. */
export interface NameMeaning {
  readonly instanceName: string;
  readonly uuid: string | undefined;
  readonly compressor: string;
  readonly function: DigestFunction;
  readonly hash: string;
  readonly sizeBytes: number;
}

/** How each function writes itself in a name: the newer ones say who they are. */
const hashes: Readonly<Record<DigestFunction, string>> = {
  md5: "[0-9a-f]{32}",
  murmur3: "[0-9a-f]{32}",
  sha1: "[0-9a-f]{40}",
  gitsha1: "gitsha1/[0-9a-f]{40}",
  sha256: "[0-9a-f]{64}",
  sha256tree: "sha256tree/[0-9a-f]{64}",
  blake3: "blake3/[0-9a-f]{64}",
  vso: "[0-9a-f]{66}",
  sha384: "[0-9a-f]{96}",
  sha512: "[0-9a-f]{128}",
};

const reserved = "blobs|compressed-blobs|uploads|actions|actionResults|operations|capabilities";
const instance = `(?:(?<instance>(?!(?:${reserved})/)[^/]+(?:/(?!(?:${reserved})/)[^/]+)*)/)?`;
const upload = "uploads/(?<uuid>[^/]+)/";
const size = "(?<size>0|[1-9][0-9]*)";

/**
 * What the API's rules make of a name, written down without a look at the server's parser: one regular expression for each form and
 * digest function. `undefined` where the name is malformed, or asks for what is not offered.
 */
export function meaningOf(form: NameForm, text: string, offer: Offer): NameMeaning | undefined {
  for (const name of offer.functions) {
    const groups = patternOf(form, name, offer.compressors).exec(text)?.groups;
    if (groups === undefined) continue;
    const { instance: instanceName = "", uuid, compressor = "identity", hash = "" } = groups;
    const sizeBytes = Number(groups["size"]);
    // The two limits of our own: what a double cannot hold exactly, and names without end.
    if (!Number.isSafeInteger(sizeBytes)) return undefined;
    if (instanceName.length > limits.instanceNameLength) return undefined;
    const bare = hash.slice(hash.indexOf("/") + 1);
    return { instanceName, uuid, compressor, function: name, hash: bare, sizeBytes };
  }
  return undefined;
}

const patterns = new Map<string, RegExp>();

function patternOf(form: NameForm, name: DigestFunction, compressors: readonly string[]): RegExp {
  const key = [form, name, ...compressors].join(" ");
  const known = patterns.get(key);
  if (known !== undefined) return known;
  const compressed = `compressed-blobs/(?<compressor>${compressors.join("|") || "(?!)"})`;
  const blob = `(?:blobs|${compressed})/(?<hash>${hashes[name]})/${size}`;
  const source = form === "read" ? `${instance}${blob}` : `${instance}${upload}${blob}(?:/.*)?`;
  const pattern = new RegExp(`^${source}$`, "s");
  patterns.set(key, pattern);
  return pattern;
}
