import { UsageError } from "../flags.node.ts";
import { findCredential } from "./find-credential.node.ts";
import { parseToken } from "./parse-token.ts";
import { readToken } from "./read-token.node.ts";

/** What a command shows a cache: what `--token-file` holds, or `HAYLOFT_TOKEN`, or what was stored. `undefined` is nobody, for a cache that is open. */
export async function tokenFor(cache: URL, file: string | undefined): Promise<string | undefined> {
  if (file !== undefined) return await readToken(file);
  const { HAYLOFT_TOKEN: given } = process.env;
  if (!given) return (await findCredential(cache))?.token;
  const token = parseToken(given);
  if (token === undefined) throw new UsageError("HAYLOFT_TOKEN holds no token: one without spaces");
  return token;
}
