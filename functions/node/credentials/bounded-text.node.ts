import { collectUpTo } from "../../../shared/bytes/collect.ts";

/** The text of a source, or `undefined` where it is longer than it may be: as a token, and what goes around it, unless told otherwise. */
export async function boundedText(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number = MAX_BYTES,
): Promise<string | undefined> {
  const bytes = await collectUpTo(source, maxBytes);
  return bytes && new TextDecoder().decode(bytes);
}

const MAX_BYTES = 64 * 1024;
