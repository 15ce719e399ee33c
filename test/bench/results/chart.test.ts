import { expect, test } from "vitest";
import { chart } from "./chart.ts";
import { report } from "./made-up-report.ts";

const drawn = chart(report);

test("every work has a bar with its ratio, in the colour of its goal", () => {
  expect(drawn).toContain(">2.10 × bazel-remote</text>");
  expect(drawn).toContain(">1.20 × bazel-remote</text>");
  expect(drawn.match(/<rect class="met"/g)).toHaveLength(1);
  expect(drawn.match(/<rect class="short"/g)).toHaveLength(1);
  expect(drawn.match(/<line class="goal"/g)).toHaveLength(2);
});

test("bars are as long as their ratios", () => {
  const [fast, slow] = [...drawn.matchAll(/<rect class="(?:met|short)".* width="([\d.]+)"/g)];
  expect(Number(fast?.[1]) / Number(slow?.[1])).toBeCloseTo(2.1 / 1.2, 1);
});

test("it says when, where and of what, and can be read by an XML parser", () => {
  expect(drawn).toContain("2026-11-21, 2 cores of &lt;a processor>. Hayloft abc1234,");
  // Innermost elements go, again and again, until nothing is left that was not closed.
  let rest = drawn.replaceAll(/<\w[^>]*\/>/g, "");
  for (let before = ""; before !== rest;) {
    before = rest;
    rest = rest.replaceAll(/<(\w+)[^>]*>[^<]*<\/\1>/g, "");
  }
  expect(rest.trim()).toBe("");
});

test("it has colours for the dark", () => {
  expect(drawn).toContain("@media (prefers-color-scheme: dark)");
});
