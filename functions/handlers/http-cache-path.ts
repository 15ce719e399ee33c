import { type DigestFunction, namedDigestFunction } from "../../shared/digest/digest-function.ts";
import { type Hash, parseHash } from "../../shared/digest/digest.ts";
import { type InstanceName, parseInstanceName } from "../../shared/digest/instance-name.ts";
import type { SupportedFunctions } from "../../shared/digest/supported-functions.ts";
import { invalidArgument, quote } from "../../shared/request-error.ts";

type EntryKind = "ac" | "cas";

/** What the path of an HTTP cache request names. */
export interface CachePath {
  readonly kind: EntryKind;
  readonly instanceName: InstanceName;
  readonly function: DigestFunction;
  readonly hash: Hash;
}

/** The path of a URL as the client sent it: `URL` would resolve dots and double slashes before they can be refused. */
export function rawPath(url: string): string {
  return /^[a-z]+:\/\/[^/?#]*(?<path>[^?#]*)/i.exec(url)?.groups?.["path"] ?? "";
}

/** `ac` or `cas`, where the path ends in `/ac/…` or `/cas/…`. */
export function entryKind(path: string): EntryKind | undefined {
  const end = path.lastIndexOf("/");
  if (path.endsWith("/cas", end)) return "cas";
  return path.endsWith("/ac", end) ? "ac" : undefined;
}

/**
 * Parses `[/{instance}][/{function}]/{ac|cas}/{hash}`. The function is there for those that the length of a hash does not tell,
 * such as `blake3`. `undefined` where the path is no cache's; throws INVALID_ARGUMENT where it is a wrong one.
 */
export function parseCachePath(path: string, functions: SupportedFunctions): CachePath | undefined {
  const kind = entryKind(path);
  if (kind === undefined) return undefined;
  const hashBegin = path.lastIndexOf("/") + 1;
  const hashText = path.slice(hashBegin);
  const prefix = prefixOf(path, hashBegin - kind.length - 2);
  const named = namedDigestFunction(prefix.at(-1) ?? "");
  if (named !== undefined && !functions.has(named)) {
    throw invalidArgument("path", `the digest function ${named} is not supported here`);
  }
  const name = named ?? functions.byHash(hashText, "path");
  // A client that joins its empty instance name and the path with a slash sends two: moon does.
  const instance = (named === undefined ? prefix : prefix.slice(0, -1)).join("/");
  return {
    kind,
    instanceName: parseInstanceName(instance, "path"),
    function: name,
    hash: parseHash(name, hashText, "path"),
  };
}

/** The segments of the first `end` characters. */
function prefixOf(path: string, end: number): readonly string[] {
  if (end <= 0) return [];
  const segments = path.slice(1, end).split("/");
  return segments.map((segment) => decodeSegment(segment, path));
}

function decodeSegment(segment: string, path: string): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(segment);
  } catch {
    throw invalidArgument("path", `${quote(path)} has a malformed percent-encoding`);
  }
  if (decoded === "." || decoded === ".." || decoded.includes("/")) {
    throw invalidArgument("path", `${quote(path)} has the segment ${quote(segment)}`);
  }
  return decoded;
}
