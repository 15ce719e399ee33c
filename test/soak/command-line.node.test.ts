import { expect, test } from "vitest";
import { MIB } from "../support/bytes.ts";
import { readSoakOptions } from "./command-line.node.ts";

test("an hour of Node and ten minutes of the edge are what is soaked unless told otherwise", () => {
  expect(readSoakOptions([])).toMatchObject({ shape: "node", minutes: 60, sizeBytes: 2048 * MIB });
  expect(readSoakOptions(["--shape", "edge"])).toMatchObject({ shape: "edge", minutes: 10 });
  expect(readSoakOptions(["--minutes", "0.2"])).toMatchObject({ minutes: 0.2 });
  expect(readSoakOptions(["--help"])).toBeUndefined();
});

test.for([
  [["--shape", "aws"], '--shape is "aws": give node or edge'],
  [["--minutes", "0"], '--minutes is "0": give a number above 0'],
  [["--workers", "two"], '--workers is "two": give a number from 1 to 999999'],
  [["--hours", "1"], "Unknown option '--hours'"],
] as const)("%s is refused with what to do", ([args, message]) => {
  expect(() => readSoakOptions(args)).toThrow(message);
});
