import { read } from "../tidy/repository.node.ts";

/** The instructions of the Dockerfile, in order. */
const instructions: readonly { readonly name: string; readonly text: string }[] = read(
  "infra/container/hayloft.dockerfile",
)
  .replaceAll(/^#.*\n/gm, "")
  .replaceAll("\\\n", " ")
  .split("\n")
  .filter((line) => line.trim() !== "")
  .map((line) => /^(?<name>[A-Z]+)\s+(?<text>.*)$/.exec(line)?.groups)
  .map((groups) => ({ name: groups?.["name"] ?? "", text: groups?.["text"] ?? "" }));

/** What the image's Dockerfile says. */
export const dockerfile = {
  all: (name: string): readonly string[] =>
    instructions.filter((each) => each.name === name).map(({ text }) => text),

  only: (name: string): string => {
    const [text, ...others] = dockerfile.all(name);
    if (text === undefined || others.length > 0) throw new Error(`there is not one ${name}`);
    return text;
  },

  /** What the server finds in its environment. */
  get environment(): Readonly<Record<string, string>> {
    const pairs = dockerfile.all("ENV").flatMap((text) => text.trim().split(/\s+/));
    return Object.fromEntries(
      pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]),
    );
  },
} as const;
