import { wholeCacheFrom } from "../credentials/cache-from.node.ts";
import { tokenFileFlag, tokenFor } from "../credentials/token-for.node.ts";
import { readQuestion, statsFlags } from "../stats/stats-flags.node.ts";
import { type Command, commandOf } from "./command.node.ts";
import { flagsHelp } from "./help.node.ts";

const flags = [...statsFlags, tokenFileFlag];

/** `hayloft stats`. */
export const statsCommand: Command = commandOf({
  flags,
  help: `usage: hayloft stats URL [flags]

Shows what the cache at URL (https://HOST) has counted of one build, team, CI job or instance since it first saw it: the hit rate
of its actions, and its blobs. It takes the right ac-read where that is.

${flagsHelp(flags)}
examples:
  hayloft stats https://cache.example.com --instance main
  hayloft stats https://cache.example.com --invocation 8c1dbf2e-5d0f-4f2b-9a40-7f2f0a3c8b11
  hayloft stats https://cache.example.com --header x-ci-job=nightly --json
  hayloft stats https://cache.example.com --list invocations
`,
  run: async ({ words, values }) => {
    const cache = wholeCacheFrom(words);
    const question = readQuestion(values);
    const token = await tokenFor(cache, values["token-file"]);
    // Only now, so that help and mistakes do not wait for it.
    const { answerTo } = await import("../stats/stats-answer.node.ts");
    process.stdout.write(`${await answerTo(question, cache, token, values.json !== undefined)}\n`);
  },
});
