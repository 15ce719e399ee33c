/** The token in a text that may end in a line feed; `undefined` for what cannot stand in a header. */
export function parseToken(text: string): string | undefined {
  const token = text.trim();
  return /^[!-~]+$/.test(token) ? token : undefined;
}
