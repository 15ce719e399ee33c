import { expect, test } from "vitest";
import { IsolateBudget } from "../../functions/cloudflare/isolate-budget.ts";
import { limits } from "../../shared/limits.ts";

const startMs = Date.parse("2026-11-01");

test("the requests of a minute share a budget", () => {
  const budgets = new IsolateBudget();
  const first = budgets.at(startMs);
  expect(budgets.at(startMs + limits.isolateBudgetMs)).toBe(first);
});

test("what was never given back is forgotten after a minute", () => {
  const budgets = new IsolateBudget();
  const first = budgets.at(startMs);
  const second = budgets.at(startMs + limits.isolateBudgetMs + 1);
  expect(second).not.toBe(first);
  expect(budgets.at(startMs + 2 * limits.isolateBudgetMs)).toBe(second);
});
