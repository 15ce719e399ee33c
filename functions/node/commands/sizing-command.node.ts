import { cacheFrom } from "../credentials/cache-from.node.ts";
import { tokenFileFlag, tokenFor } from "../credentials/token-for.node.ts";
import {
  keepSeconds,
  secondsIn,
  sizeIn,
  sizingFlags,
  type SizingValues,
} from "../sizing/sizing-flags.node.ts";
import { type Command, commandOf } from "./command.node.ts";
import type { FlagValues } from "./flags.node.ts";
import { flagsHelp } from "./help.node.ts";

const flags = [...sizingFlags, tokenFileFlag];

/** `hayloft sizing`. */
export const sizingCommand: Command = commandOf({
  flags,
  help: `usage: hayloft sizing URL [flags]
       hayloft sizing --builds-per-day N --uploads-per-build SIZE [flags]

Says how large a disk store has to be. With URL (https://HOST) it asks a running server for its metrics: whether the store keeps
things for long enough, whether its index is large enough, and which --size to give it. Without, it works that out from a few
numbers, and shows how.

${flagsHelp(flags)}
examples:
  hayloft sizing https://cache.example.com --keep 14d
  hayloft sizing --builds-per-day 2000 --uploads-per-build 60MiB --average-blob 48KiB
`,
  run: async ({ words, values }) => {
    const lines = words.length > 0 ? await askCache(words, values) : await workOut(values);
    process.stdout.write(`${lines.join("\n")}\n`);
  },
});

async function askCache(
  words: readonly string[],
  values: SizingValues & FlagValues<"token-file">,
): Promise<readonly string[]> {
  const cache = cacheFrom(words);
  const wish = {
    keepSeconds: keepSeconds(values),
    largestBlobBytes: sizeIn("largest-blob", values) ?? 0,
  };
  const watchSeconds = secondsIn("for", values);
  const token = await tokenFor(cache, values["token-file"]);
  // Only now, so that help and mistakes do not wait for it.
  const { watchMetrics } = await import("../sizing/read-metrics.node.ts");
  const { sizingFromReading } = await import("../sizing/from-reading.ts");
  const { reading, watched } = await watchMetrics(cache, token, watchSeconds);
  return sizingFromReading(reading, { ...wish, watched });
}

async function workOut(values: SizingValues): Promise<readonly string[]> {
  const { sizingFromNumbers } = await import("../sizing/from-numbers.node.ts");
  return sizingFromNumbers(values);
}
