import { decodeJwt, decodeProtectedHeader } from "jose";
import type { KeyHint } from "./key-set.ts";

/** A token as it was shown: nothing that it says is known to be true yet. */
export interface ShownJwt {
  readonly text: string;
  readonly hint: KeyHint;
  readonly issuer: string | undefined;
  readonly audiences: readonly string[];
}

/** `undefined` for what is no JWT. */
export function shownJwt(token: Uint8Array): ShownJwt | undefined {
  const text = new TextDecoder().decode(token);
  try {
    const { alg, kid } = decodeProtectedHeader(text);
    const claims: Readonly<Record<string, unknown>> = decodeJwt(text);
    if (typeof alg !== "string") return undefined;
    return {
      text,
      hint: { alg, ...(typeof kid === "string" ? { kid } : {}) },
      issuer: textsIn(claims["iss"])[0],
      audiences: textsIn(claims["aud"]),
    };
  } catch {
    return undefined;
  }
}

function textsIn(value: unknown): readonly string[] {
  return [value].flat().filter((each) => typeof each === "string");
}
