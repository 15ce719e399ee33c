import { wholeCacheFrom } from "../credentials/cache-from.node.ts";
import { tokenFileFlag, tokenFor } from "../credentials/token-for.node.ts";
import { purgeFlags, readErrand } from "../purge/purge-flags.node.ts";
import { type Command, commandOf } from "./command.node.ts";
import { flagsHelp } from "./help.node.ts";

const flags = [...purgeFlags, tokenFileFlag];

/** `hayloft purge`. */
export const purgeCommand: Command = commandOf({
  flags,
  help: `usage: hayloft purge URL [flags]

Makes action results of the cache at URL (https://HOST) count as absent, all at once: those that were written until now, and fit
everything that the flags name. When it says that it is done, no replica serves one of them; builds then write new ones. Blobs
stay. It takes the right admin, in all instances concerned.

${flagsHelp(flags)}
examples:
  hayloft purge https://cache.example.com --instance 'main/**' --subject ci-runner-7
  hayloft purge https://cache.example.com --before 2026-11-21T08:00:00Z
  hayloft purge https://cache.example.com --list
`,
  run: async ({ words, values }) => {
    const cache = wholeCacheFrom(words);
    const errand = readErrand(values);
    const token = await tokenFor(cache, values["token-file"]);
    // Only now, so that help and mistakes do not wait for it.
    const { doErrand } = await import("../purge/purge-errands.node.ts");
    await doErrand(cache, token, errand);
  },
});
