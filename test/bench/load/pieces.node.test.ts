import { expect, test } from "vitest";
import { lengthOf, PieceReader } from "./pieces.node.ts";

const pieces = [Buffer.from("abc"), Buffer.alloc(0), Buffer.from("defgh"), Buffer.from("i")];

test.each([1, 2, 3, 4, 9, 100])("pieces are read by %i", (length) => {
  const reader = new PieceReader(pieces);
  let text = "";
  while (reader.left > 0) {
    const before = reader.left;
    reader.take(length, (part) => (text += part.toString()));
    expect(before - reader.left).toBe(Math.min(length, before));
  }
  expect(text).toBe("abcdefghi");
  expect(lengthOf(pieces)).toBe(9);
});
