/**
 * Who asks for what a number says: the API says that one must (M) or should (S); clients that are in use break or suffer
 * otherwise (O); or the API leaves room, and the checklist decides (D), as on what to answer to a name that it calls malformed.
 * Over HTTP, where there is no API, M is what Bazel needs.
 */
export type Tag = "M" | "S" | "O" | "D";

/** The tags of each section's numbers, in their order. */
const tagsOfSections: Readonly<Record<number, string>> = {
  1: "MDDDDSMDODDOMOD",
  2: "MMMOMMMMSM",
  3: "MSMDMOMMM",
  4: "DMMMDMMMMMD",
  5: "MMMMOMDMMMMMMOD",
  6: "MMMSDOMDOD",
  7: "MMOMMMMDMD",
  8: "MMMDMMDDOOS",
  9: "MMMMDDDMMDMDSMD",
  10: "MMMMMDDOMMMMMMMDMOD",
  11: "MMMMMMMDMDMOMOOSMD",
  12: "MMMMMMMMOOMMMOMMMDMOMODDM",
  13: "MMDDMOD",
  14: "MSSDDDMDDOMDODD",
  15: "MDMMODSDDMD",
  20: "MMOMMMSOMDOOODMOODDDDO",
  21: "ODOOD",
  22: "OOOOOOOOOODO",
};

/** The tags of section 4's table of names, whose rows are letters. */
const tagsOfNames = "MMDDMMMMMMDM";

/** The table of what extends a lifetime. */
const LIFETIMES = "16";

/** Sections that do not count, each with the reason. */
export const sectionsLeftOut: ReadonlyMap<number, string> = new Map([
  [17, "Remote Asset is not served yet"],
  [18, "Remote Asset is not served yet"],
  [19, "Remote Asset is not served yet"],
  [23, "each row of this catalogue of errors is a numbered check of its RPC"],
]);

const tags: ReadonlyMap<string, Tag> = new Map([
  ...Object.entries(tagsOfSections)
    .filter(([section]) => !sectionsLeftOut.has(Number(section)))
    .flatMap(([section, letters]) => numbered(`${section}.`, letters, (index) => `${index + 1}`)),
  ...numbered("4.", tagsOfNames, (index) => String.fromCodePoint(97 + index)),
  [LIFETIMES, "S"],
]);

/** Every number that has to be a check, or to be listed in `not-applicable.ts`. */
export const checklistNumbers: readonly string[] = [...tags.keys()].toSorted((one, other) =>
  one.localeCompare(other, "en", { numeric: true }),
);

export function tagOf(number: string): Tag {
  const tag = tags.get(number);
  if (tag === undefined) throw new Error(`${number} is no number of the checklist in tags.ts`);
  return tag;
}

function numbered(
  section: string,
  letters: string,
  nameOf: (index: number) => string,
): readonly (readonly [string, Tag])[] {
  return [...letters].map((letter, index) => [`${section}${nameOf(index)}`, asTag(letter)]);
}

function asTag(letter: string): Tag {
  if (letter === "M" || letter === "S" || letter === "O" || letter === "D") return letter;
  throw new Error(`${letter} is no tag; give M, S, O or D`);
}
