import { limits } from "../../../shared/limits.ts";
import { configFlag, serveFlags, variableOf } from "../options/serve-flags.node.ts";
import { type Command, commandOf } from "./command.node.ts";
import { refuseWords } from "./flags.node.ts";
import { commandsHelp, flagsHelp } from "./help.node.ts";

const flags = [configFlag, ...serveFlags];

/** `hayloft serve`. Its help is that of the whole program, too. */
export const serveCommand: Command = commandOf({
  flags,
  help: `Hayloft is a remote build cache that a team owns. Bazel and other build tools keep the results of
their work in it and find the work of others there.

usage: hayloft serve [flags]

It prints the address that it listens on and the lines that tell Bazel of it. Ctrl-C or SIGTERM stops
it, after the requests under way have ended.

${flagsHelp(flags, (flag) => `; or set ${variableOf(flag)}`)}
${commandsHelp()}
example:
  hayloft serve --listen 127.0.0.1:8980 --size 8GiB
`,
  run: async ({ words, ...line }) => {
    refuseWords(words);
    // Only now, so that help and mistakes do not wait for the server's code.
    const { readServeSettings } = await import("../config/serve-settings.node.ts");
    const { options } = await readServeSettings(line, process.env);
    const { serve } = await import("../serve.node.ts");
    await serve(options);
    endUnread();
  },
});

/** Node does not end before what it has written is taken, and whoever reads the log may have stopped reading. */
function endUnread(): void {
  if (process.stderr.writableLength === 0) return;
  // oxlint-disable-next-line unicorn/no-process-exit -- what waits in the pipe keeps the process alive, and cannot be taken back
  setTimeout(() => process.exit(), limits.logEndMs).unref();
}
