import { expect, test } from "vitest";
import { readBenchOptions } from "./command-line.node.ts";

test("without flags, it is everything", () => {
  expect(readBenchOptions([])).toMatchObject({
    quick: false,
    warmUps: 4,
    rounds: 3,
    mostRounds: 9,
    seconds: 2,
    servers: undefined,
    flags: [],
    variants: [],
    write: false,
  });
  expect(readBenchOptions(["--help"])).toBeUndefined();
});

test("flags are read", () => {
  const variants = "own=--http2 own; two = --workers 2";
  const args = ["--quick", "--only", "read|get", "--servers", "Hayloft,bb-storage"];
  const options = readBenchOptions([...args, "--variants", variants, "--hayloft-flags", "--a b"]);
  expect(options).toMatchObject({
    warmUps: 1,
    rounds: 2,
    mostRounds: 2,
    seconds: 1,
    servers: ["hayloft", "bb-storage"],
    flags: ["--a", "b"],
    variants: [
      { name: "own", flags: ["--http2", "own"] },
      { name: "two", flags: ["--workers", "2"] },
    ],
  });
  expect(options?.only.test("ByteStream.Read, 1 MiB")).toBe(true);
});

test.each([
  { args: ["--only", "("], message: '--only is "(": give a regular expression' },
  { args: ["--rounds", "0"], message: '--rounds is "0": give a number from 1 to 999' },
  { args: ["--servers", "nginx"], message: '--servers has "nginx": give some of hayloft' },
  { args: ["--variants", "x"], message: '--variants has "x": give NAME=FLAGS' },
  { args: ["--fast"], message: "see --help" },
])("$args is refused with what to do", ({ args, message }) => {
  expect(() => readBenchOptions(args)).toThrow(message);
});
