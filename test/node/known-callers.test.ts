import { expect, test } from "vitest";
import { rememberCallers } from "../../functions/interceptors/known-callers.ts";
import { anonymous } from "../../shared/stores/call.ts";

const asked: string[] = [];
const gate = rememberCallers((header) => {
  const shown = header.get("authorization") ?? "";
  asked.push(shown);
  if (shown.startsWith("bad")) throw new Error("refused");
  return { ...anonymous, subject: shown };
});

function subject(authorization: string): string {
  return gate(new Headers({ authorization })).subject;
}

test("who was let in is asked once, and stays who he is", () => {
  asked.length = 0;
  for (let round = 0; round < 3; round++)
    expect([subject("one"), subject("two")]).toEqual(["one", "two"]);
  expect(asked).toEqual(["one", "two"]);
});

test("who was refused is asked each time", () => {
  asked.length = 0;
  for (let round = 0; round < 3; round++) expect(() => subject("bad")).toThrow("refused");
  expect(asked).toHaveLength(3);
});

test("few are remembered", () => {
  for (let caller = 0; caller < 1000; caller++) subject(`caller ${caller}`);
  asked.length = 0;
  for (let caller = 0; caller < 1000; caller++) subject(`caller ${caller}`);
  expect(asked.length).toBeGreaterThan(700);
});
