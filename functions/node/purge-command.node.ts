import { type Command, commandOf } from "./command.node.ts";
import { cacheFrom } from "./credentials/cache-from.node.ts";
import { tokenFor } from "./credentials/token-for.node.ts";
import { flagsHelp } from "./help.node.ts";
import { purgeFlags, readErrand } from "./purge-flags.node.ts";

/** `hayloft purge`. */
export const purgeCommand: Command = commandOf({
  flags: purgeFlags,
  help: `usage: hayloft purge URL [flags]

Makes action results of the cache at URL (https://HOST) count as absent, all at once: those that were written until now, and fit
everything that the flags name. When it says that it is done, no replica serves one of them; builds then write new ones. Blobs
stay. It takes the right admin, in all instances concerned. The token is that of --token-file, or of the variable HAYLOFT_TOKEN,
or the one that hayloft-credential-helper would find.

${flagsHelp(purgeFlags)}
examples:
  hayloft purge https://cache.example.com --instance 'main/**' --subject ci-runner-7
  hayloft purge https://cache.example.com --before 2026-11-21T08:00:00Z
  hayloft purge https://cache.example.com --list
`,
  run: async ({ words, values }) => {
    const cache = cacheFrom(words);
    const errand = readErrand(cache, values);
    const token = await tokenFor(cache, values["token-file"]);
    // Only now, so that help and mistakes do not wait for it.
    const { doErrand } = await import("./purge-errands.node.ts");
    await doErrand(cache, token, errand);
  },
});
