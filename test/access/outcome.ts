import type { JwtIssuers } from "../../functions/access/jwt-issuers.ts";

/** Whom a token was taken for, or why it was refused. */
export async function outcomeOf(identified: ReturnType<JwtIssuers["identify"]>): Promise<string> {
  try {
    const who = await identified;
    return who?.principal.subject ?? "no JWT";
  } catch (error) {
    const { code, message } = error as Error & { code: string };
    return `${code}: ${message}`;
  }
}
