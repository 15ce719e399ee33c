import { type FlagValues, UsageError } from "../commands/flags.node.ts";
import { parseSize } from "../options/parse-size.ts";
import { parseSeconds } from "./amounts.ts";

/** The flags of `hayloft sizing` beside that of the token, in the order of the help text. */
export const sizingFlags = [
  {
    name: "keep",
    value: "TIME",
    fallback: "7d",
    help: "for how long what nobody uses is to be kept, as 7d or 12h; what is used stays",
  },
  {
    name: "for",
    value: "TIME",
    fallback: "since the server started, unless its store has been full already",
    help: "for how long to watch what builds write, as 10m, where URL has a store that was never full",
  },
  {
    name: "builds-per-day",
    value: "N",
    fallback: "none: URL is asked",
    help: "builds that write to the cache, on a working day",
  },
  {
    name: "uploads-per-build",
    value: "SIZE",
    fallback: "none: URL is asked",
    help: "what one of them writes that was not there before, as 60MiB",
  },
  {
    name: "average-blob",
    value: "SIZE",
    fallback: "32KiB",
    help: "the average size of a blob, from which the index follows",
  },
  {
    name: "largest-blob",
    value: "SIZE",
    fallback: "none",
    help: "the largest blob that has to fit",
  },
  {
    name: "actions-per-build",
    value: "N",
    fallback: "none: the usual share of the size is enough",
    help: "actions of a build that were not in the cache",
  },
] as const;

export type SizingFlag = (typeof sizingFlags)[number]["name"];

export type SizingValues = FlagValues<SizingFlag>;

/** Throws `UsageError`. */
export function keepSeconds(values: SizingValues): number {
  return secondsIn("keep", { keep: "7d", ...values }) ?? 0;
}

/** Throws `UsageError`. */
export function secondsIn(flag: SizingFlag, values: SizingValues): number | undefined {
  const text = values[flag];
  if (text === undefined) return undefined;
  const seconds = parseSeconds(text);
  if (seconds !== undefined) return seconds;
  throw wrong(flag, text, "give a time, as 7d, 12h or 90m");
}

/** Throws `UsageError`. */
export function countIn(flag: SizingFlag, values: SizingValues): number | undefined {
  const text = values[flag];
  if (text === undefined) return undefined;
  if (/^[1-9][0-9]{0,11}$/.test(text)) return Number(text);
  throw wrong(flag, text, "give a number, as 2000");
}

/** Throws `UsageError`. */
export function sizeIn(flag: SizingFlag, values: SizingValues): number | undefined {
  const text = values[flag];
  if (text === undefined) return undefined;
  const bytes = parseSize(text);
  if (bytes !== undefined && bytes > 0) return bytes;
  throw wrong(flag, text, "give a number with its unit, as 60MiB");
}

function wrong(flag: SizingFlag, text: string, remedy: string): UsageError {
  return new UsageError(`--${flag} is ${JSON.stringify(text)}: ${remedy}`);
}
