import { base64Decode } from "@bufbuild/protobuf/wire";
import { utf8ToBytes } from "@noble/hashes/utils.js";

const COLON = 0x3a;

/** The token in an `Authorization` header: as a bearer token, or as the password of basic authentication, with whatever name. */
export function shownToken(authorization: string): Uint8Array | undefined {
  const { scheme, value } = /^(?<scheme>\w+) +(?<value>\S+) *$/.exec(authorization)?.groups ?? {};
  if (value === undefined) return undefined;
  if (scheme?.toLowerCase() === "bearer") return utf8ToBytes(value);
  return scheme?.toLowerCase() === "basic" ? passwordIn(value) : undefined;
}

function passwordIn(credentials: string): Uint8Array | undefined {
  const bytes = fromBase64(credentials);
  const colon = bytes?.indexOf(COLON) ?? -1;
  return colon < 0 ? undefined : bytes?.subarray(colon + 1);
}

/** Of both alphabets, with or without padding: Bazel writes `-` and `_`. */
function fromBase64(text: string): Uint8Array | undefined {
  try {
    return base64Decode(text);
  } catch {
    return undefined;
  }
}
