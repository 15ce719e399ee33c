import { collectUpTo } from "../../../shared/bytes/collect.ts";

/** The text of a source, or `undefined` where it is longer than a token, or what goes around it, may be. */
export async function boundedText(source: AsyncIterable<Uint8Array>): Promise<string | undefined> {
  const bytes = await collectUpTo(source, MAX_BYTES);
  return bytes && new TextDecoder().decode(bytes);
}

const MAX_BYTES = 64 * 1024;
