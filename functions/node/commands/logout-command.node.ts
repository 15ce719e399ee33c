import { hostAndPort } from "../credentials/cache-address.ts";
import { cacheFrom } from "../credentials/cache-from.node.ts";
import { credentialsPath, readTokens, writeTokens } from "../credentials/credentials-file.node.ts";
import { type Command, commandOf } from "./command.node.ts";
import { flagsHelp } from "./help.node.ts";

/** `hayloft logout`. */
export const logoutCommand: Command = commandOf({
  flags: [],
  help: `usage: hayloft logout URL

Forgets the token that hayloft login has kept for the cache at URL. The cache goes on to know it.

${flagsHelp([])}`,
  run: async ({ words }) => {
    const host = hostAndPort(cacheFrom(words));
    const path = credentialsPath();
    const tokens = new Map(await readTokens(path));
    const wasThere = tokens.delete(host);
    if (wasThere) await writeTokens(path, tokens);
    process.stdout.write(
      wasThere ? `the token for ${host} is forgotten\n` : `there is no token for ${host}\n`,
    );
  },
});
