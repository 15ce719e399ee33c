import { expect, test } from "vitest";
import { LogTroubles } from "./log-troubles.ts";

test("what tells of trouble is kept, however it comes, and nothing else", () => {
  const troubles = new LogTroubles();
  troubles.hear('It listens\n{"level":"info","msg":"request"}\n{"level":"wa');
  troubles.hear(
    'rn","msg":"a disk is full"}\n{"level":"error","msg":"it broke"}\n{"level":"error"',
  );
  expect(troubles.text.split("\n")).toEqual([
    '{"level":"warn","msg":"a disk is full"}',
    '{"level":"error","msg":"it broke"}',
  ]);
});
