/** Headers as Node takes them; none where there are none. */
export function plainHeaders(header: Headers | undefined): Record<string, string> {
  return Object.fromEntries(header?.entries() ?? []);
}
