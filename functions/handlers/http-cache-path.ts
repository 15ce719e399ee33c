import { type DigestFunction, namedDigestFunction } from "../../shared/digest/digest-function.ts";
import { type Hash, parseHash } from "../../shared/digest/digest.ts";
import { type InstanceName, parseInstanceName } from "../../shared/digest/instance-name.ts";
import type { SupportedFunctions } from "../../shared/digest/supported-functions.ts";
import { invalidArgument, quote } from "../../shared/request-error.ts";

/** What the path of an HTTP cache request names. */
export interface CachePath {
  readonly kind: "ac" | "cas";
  readonly instanceName: InstanceName;
  readonly function: DigestFunction;
  readonly hash: Hash;
}

/** The path of a URL as the client sent it: `URL` would resolve dots and double slashes before they can be refused. */
export function rawPath(url: string): string {
  return /^[a-z]+:\/\/[^/?#]*(?<path>[^?#]*)/i.exec(url)?.groups?.["path"] ?? "";
}

/**
 * Parses `[/{instance}][/{function}]/{ac|cas}/{hash}`. The function is there for those that the length of a hash does not tell,
 * such as `blake3`. `undefined` where the path is no cache's; throws INVALID_ARGUMENT where it is a wrong one.
 */
export function parseCachePath(path: string, functions: SupportedFunctions): CachePath | undefined {
  const segments = path.split("/").slice(1);
  const [kind, hashText] = segments.slice(-2);
  if ((kind !== "ac" && kind !== "cas") || hashText === undefined) return undefined;
  const prefix = segments.slice(0, -2).map((segment) => decodeSegment(segment, path));
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
