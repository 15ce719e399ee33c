/** A text with `made` where a comment of these words begins a generated part. Throws where none does. */
export function withMarkedPart(text: string, words: string, made: string): string {
  const mark = `<!-- ${words} -->`;
  const part = new RegExp(`${mark}.*?<!-- end -->`, "s");
  if (!part.test(text)) throw new Error(`there is no ${mark} to put a table behind`);
  return text.replace(part, () => `${mark}\n\n${made}\n\n<!-- end -->`);
}
