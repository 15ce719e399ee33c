import {
  findNodeAtLocation,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";
import type { Path } from "./value.ts";

/** JSON with comments, and commas behind the last of a list. */
export interface Jsonc {
  readonly value: unknown;
  /** What is no JSON, by line and column. */
  readonly mistakes: readonly { readonly at: string; readonly text: string }[];
  /** The line and column of what stands at a path, or of the nearest that is there around it. */
  locate(path: Path): string;
}

export function parseJsonc(file: string): Jsonc {
  // Some editors begin a file with a mark that is no part of it.
  const text = file.replace(/^\uFEFF/, "");
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const at = (offset: number): string => positionIn(text, offset);
  return {
    value: root && getNodeValue(root),
    mistakes: [
      // What follows from one mistake is told at the same place.
      ...errors
        .filter(({ offset }, n) => offset !== errors[n - 1]?.offset)
        .map(({ error, offset }) => ({ at: at(offset), text: wordsOf(error) })),
      ...(root === undefined ? [] : namedTwice(root)).map(({ offset, value }) => ({
        at: at(offset),
        text: `${JSON.stringify(value)} stands here a second time`,
      })),
    ],
    locate: (path) => at(root === undefined ? 0 : nodeAt(root, path).offset),
  };
}

function positionIn(text: string, offset: number): string {
  const before = text.slice(0, offset).split("\n");
  return `${before.length}:${(before.at(-1) ?? "").length + 1}`;
}

/** `CommaExpected` as `comma expected`. */
function wordsOf(error: ParseError["error"]): string {
  const words = printParseErrorCode(error).replaceAll(/\B[A-Z]/g, (letter) => ` ${letter}`);
  return `it is no JSON: ${words.toLowerCase()}`;
}

/** A field's name, where it has one: that is what somebody looks for. */
function nodeAt(root: Node, path: Path): Node {
  const found = findNodeAtLocation(root, [...path]);
  if (found !== undefined) return found.parent?.type === "property" ? found.parent : found;
  return path.length === 0 ? root : nodeAt(root, path.slice(0, -1));
}

/** The names of fields whose object has had them before; only one of the two would count. */
function namedTwice(node: Node): readonly Node[] {
  const names = new Set<unknown>();
  const twice = (node.type === "object" ? (node.children ?? []) : []).flatMap((property) => {
    const name = property.children?.[0];
    if (name === undefined || !names.has(name.value)) {
      names.add(name?.value);
      return [];
    }
    return [name];
  });
  return [...twice, ...(node.children ?? []).flatMap((child) => namedTwice(child))];
}
