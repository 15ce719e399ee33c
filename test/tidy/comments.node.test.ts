import { describe, it } from "vitest";
import { read, sources } from "./repository.node.ts";

const directive = /(?:\/\/|\/\*)\s*(?:eslint|oxlint|oxfmt|@ts-)[\w-]*.*/g;
const withReason = /oxlint-disable(?:-next-line|-line)? \S+ -- \w/;

describe("comments", () => {
  it("a rule is switched off for one place, by its name and with a reason", ({ expect }) => {
    const bare = sources.flatMap((path) =>
      [...read(path).matchAll(directive)]
        .map(([text]) => text)
        .filter((text) => !withReason.test(text))
        .map((text) => `${path}: ${text}`),
    );
    expect(bare).toEqual([]);
  });
});
