import { hostAndPort, isPrivate } from "../credentials/cache-address.ts";
import { cacheFrom } from "../credentials/cache-from.node.ts";
import { instanceOf, mayStore } from "../credentials/check-token.node.ts";
import { credentialsPath, readTokens, writeTokens } from "../credentials/credentials-file.node.ts";
import { readToken } from "../credentials/read-token.node.ts";
import { type Command, commandOf } from "./command.node.ts";
import { flagsHelp } from "./help.node.ts";

const flags = [
  {
    name: "token-file",
    value: "FILE",
    fallback: "standard input",
    help: "where to read the token",
  },
] as const;

/** `hayloft login`. */
export const loginCommand: Command = commandOf({
  flags,
  help: `usage: hayloft login URL [flags]

Asks the cache at URL (https://HOST, grpcs://HOST/INSTANCE) whether it knows a token, and keeps it for hayloft-credential-helper
in a file of yours, ${credentialsPath()}. The token comes from a file or from standard input, never from an argument.

${flagsHelp(flags)}
example:
  hayloft login https://cache.example.com --token-file token.txt
`,
  run: async ({ words, values }) => {
    const cache = cacheFrom(words);
    const path = credentialsPath();
    // Before anybody types a token that could not be kept.
    const tokens = await readTokens(path);
    const token = await readToken(values["token-file"]);
    const rights = (await mayStore(cache, token)) ? "read and write" : "not write";
    await writeTokens(path, new Map(tokens).set(hostAndPort(cache), token));
    const instance = instanceOf(cache);
    const where = instance === "" ? "" : ` to ${instance}`;
    const inTheClear = isPrivate(cache) ? "" : ". Without https it travels in the clear";
    process.stdout.write(
      `${cache.origin} knows this token, which may ${rights}${where}${inTheClear}\n` +
        `It is kept in ${path}\n`,
    );
  },
});
