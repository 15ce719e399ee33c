import { loadavg } from "node:os";
import { WRITE_MESSAGE_BYTES } from "./load/upload-plan.ts";
import type { MeasureOptions } from "./measure/measure-options.ts";
import type { Cores } from "./pinned.node.ts";
import { numberText } from "./results/tables.ts";
import { sizeText } from "../support/units.ts";

/** What a reader has to know to believe the numbers, or to doubt them. */
export function methodText(
  { warmUps, rounds, mostRounds, seconds }: MeasureOptions,
  { unpinnedBecause }: Cores,
  h2loadVersion: string,
): string {
  const place =
    unpinnedBecause === undefined
      ? "each server on the first core and its load on the second"
      : `servers and load wherever the system liked, since ${unpinnedBecause}`;
  const further = mostRounds > rounds ? `, up to ${mostRounds} where rates differ a lot` : "";
  return [
    `${rounds} rounds of ${seconds} s${further}, in which the servers take turns, ${place}, over loopback without TLS.`,
    `Each server keeps its store in files of its own, asks for a credential, starts anew for each work, and is warmed up for ${(warmUps * seconds) / 2} s first.`,
    `What is read is one blob, or one batch, again and again, by ${h2loadVersion.replace(/ nghttp2\//, " ")}; what is uploaded is new each time, by a program`,
    `that has it all ready beforehand, and in messages of ${sizeText(WRITE_MESSAGE_BYTES)}.`,
    `When the report was written, the system's load of the last quarter of an hour was ${numberText(loadavg()[2] ?? 0)}: the benchmark itself is 1 to 2.`,
  ].join(" ");
}
