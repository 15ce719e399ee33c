/**
 * What a claim has to look like, as a regular expression for all of it. `{name}` takes some characters without a slash, `*` is any of
 * them, `**` any characters: `refs/pull/{pr}/merge` takes the number of a pull request. Throws `SyntaxError`.
 */
export function expressionOf(pattern: string): RegExp {
  const source = pattern.replaceAll(
    /\{(?<name>\w+)\}|\*\*|\*|[^*\w]/g,
    (part, name: string | undefined) => {
      if (name !== undefined) return `(?<${name}>[^/]+)`;
      if (part === "**") return ".*";
      return part === "*" ? "[^/]*" : `\\u{${(part.codePointAt(0) ?? 0).toString(16)}}`;
    },
  );
  return new RegExp(`^${source}$`, "su");
}

export function mistakeInPattern(pattern: string): string | undefined {
  try {
    expressionOf(pattern);
    return undefined;
  } catch (error) {
    return String(error);
  }
}
