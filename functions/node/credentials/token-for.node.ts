import { type FlagSetting, UsageError } from "../commands/flags.node.ts";
import { findCredential } from "./find-credential.node.ts";
import { parseToken } from "./parse-token.ts";
import { readToken } from "./read-token.node.ts";

/** For commands that ask a cache for something. */
export const tokenFileFlag: FlagSetting<"token-file"> = {
  name: "token-file",
  value: "FILE",
  fallback: "the variable HAYLOFT_TOKEN, or what hayloft-credential-helper would find",
  help: "where to read the token for URL, or - for standard input",
};

/** What a command shows a cache: what `--token-file` holds, or `HAYLOFT_TOKEN`, or what was stored. `undefined` is nobody, for a cache that is open. */
export async function tokenFor(cache: URL, file: string | undefined): Promise<string | undefined> {
  if (file !== undefined) return await readToken(file);
  const { HAYLOFT_TOKEN: given } = process.env;
  if (!given) return (await findCredential(cache))?.token;
  const token = parseToken(given);
  if (token === undefined) throw new UsageError("HAYLOFT_TOKEN holds no token: one without spaces");
  return token;
}
