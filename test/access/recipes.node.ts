import type { Policy } from "../../functions/access/policy.ts";
import { parsePolicy } from "../../functions/access/parse-policy.ts";
import { newToken } from "../support/tokens.node.ts";
import { read } from "../tidy/repository.node.ts";
import type { TokenIssuer } from "./token-issuer.ts";

/** A policy as the page on access shows it, and the tokens that were filled in. */
export interface Recipe {
  readonly policy: Policy;
  readonly tokens: Readonly<Record<string, string>>;
}

const PAGE = "functions/access/README.md";

/** The policy under a heading, with tokens of this test in the place of the words in capitals. */
export function recipe(heading: string): Recipe {
  const [, section = ""] = read(PAGE).split(`### ${heading}\n`);
  const json = /```json\n(?<json>[^`]+)```/.exec(section)?.groups?.["json"];
  if (json === undefined) throw new Error(`${PAGE} has no policy under "${heading}"`);
  const tokens: Record<string, string> = {};
  const filled = json.replaceAll(/SHA256_OF_(?<name>[A-Z]+)_TOKEN/g, (_, name: string) => {
    const { token, sha256 } = newToken(name.toLowerCase());
    tokens[name.toLowerCase()] = token;
    return sha256;
  });
  return { policy: parsePolicy(filled), tokens };
}

/** The same with the keys of an issuer of this test in the place of those that the real one publishes. */
export function withKeysOf({ published }: TokenIssuer, policy: Policy): Policy {
  const jwt = policy.jwt?.map((setting) => ({ ...setting, jwks: { keys: published } }));
  return { ...policy, ...(jwt === undefined ? {} : { jwt }) };
}
