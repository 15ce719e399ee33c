/** What a pattern took out of a claim, by name. */
export type Captures = Readonly<Record<string, string>>;

type Part =
  | { readonly kind: "text"; readonly text: string }
  /** One character that is no slash, the first of what has a name. */
  | { readonly kind: "first"; readonly name: string }
  /** As many characters as there are, slashes among them or not; they end what has a name. */
  | { readonly kind: "run"; readonly name?: string; readonly crossesSlashes: boolean };

/**
 * What a claim has to look like. `{name}` takes some characters without a slash, `*` is any of them, `**` any characters:
 * `refs/pull/{pr}/merge` takes the number of a pull request. Matching takes time by length times parts at most, whatever the claim is:
 * whoever names a branch could have a regular expression try for minutes.
 */
export class ClaimPattern {
  readonly #parts: readonly Part[];

  /** Throws `SyntaxError`. */
  constructor(pattern: string) {
    const texts = pattern.match(/\{\w+\}|\*\*|\*|\{|[^{*]+/g) ?? [];
    this.#parts = texts.flatMap(partsOf);
    const names = this.#parts.flatMap((part) => (part.kind === "first" ? [part.name] : []));
    if (new Set(names).size < names.length) throw new SyntaxError("a name comes twice");
  }

  /** What the names took; `undefined` where the claim does not look so. */
  match(claim: string): Captures | undefined {
    const failed = new Set<number>();
    const starts: Record<string, number> = {};
    const captures: Record<string, string> = {};
    const matches = (index: number, at: number): boolean => {
      const part = this.#parts[index];
      if (part === undefined) return at === claim.length;
      const state = index * (claim.length + 1) + at;
      if (failed.has(state)) return false;
      if (goesOn(part, index, at)) return true;
      failed.add(state);
      return false;
    };
    const goesOn = (part: Part, index: number, at: number): boolean => {
      if (part.kind === "text") {
        return claim.startsWith(part.text, at) && matches(index + 1, at + part.text.length);
      }
      const isHere = at < claim.length;
      if (part.kind === "first") {
        starts[part.name] = at;
        return isHere && claim[at] !== "/" && matches(index + 1, at + 1);
      }
      const takes = isHere && (part.crossesSlashes || claim[at] !== "/");
      if (takes && matches(index, at + 1)) return true;
      if (!matches(index + 1, at)) return false;
      if (part.name !== undefined) captures[part.name] = claim.slice(starts[part.name], at);
      return true;
    };
    return matches(0, 0) ? captures : undefined;
  }
}

function partsOf(text: string): readonly Part[] {
  if (text === "**") return [{ kind: "run", crossesSlashes: true }];
  if (text === "*") return [{ kind: "run", crossesSlashes: false }];
  const name = /^\{(?<name>\w+)\}$/.exec(text)?.groups?.["name"];
  if (name === undefined) return [{ kind: "text", text }];
  return [
    { kind: "first", name },
    { kind: "run", name, crossesSlashes: false },
  ];
}

export function mistakeInPattern(pattern: string): string | undefined {
  try {
    void new ClaimPattern(pattern);
    return undefined;
  } catch (error) {
    return String(error);
  }
}
