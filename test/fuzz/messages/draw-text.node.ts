import { readName, writeName } from "../../conformance/streams.ts";
import { drawName } from "../names/draw-name.node.ts";
import type { Random } from "../random.node.ts";
import { anyInstanceName, anyPath } from "../strange-values.node.ts";
import type { Stock } from "./stock.node.ts";

const uuid = "01234567-89ab-4cde-8f01-23456789abcd";

const texts: readonly string[] = [
  ..."a out/file ../up /absolute a//b . 0 true é\u0301 \u{1F600} %s%n {} '\" \u202Ea".split(" "),
  "",
  "line\nbreak",
  "\0",
  "x".repeat(5000),
];

/** A text for the field of this name: one that means something there, or any other. */
export function drawText(field: string, { blobs, pageTokens }: Stock, random: Random): string {
  const blob = random.pick(blobs);
  const meant: Readonly<Record<string, () => string>> = {
    instance_name: () => (random.chance(0.8) ? "" : anyInstanceName(random)),
    resource_name: () =>
      random.pick([readName("", blob), writeName("", blob, uuid), drawName(random)]),
    page_token: () => random.pick(["", ...pageTokens]),
    path: () => anyPath(random),
  };
  const draw = meant[field];
  return draw !== undefined && random.chance(0.85) ? draw() : random.pick(texts);
}
