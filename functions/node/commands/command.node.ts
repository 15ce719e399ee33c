import { packageVersion } from "../version.node.ts";
import { type CommandLine, type FlagSetting, readFlags } from "./flags.node.ts";

/** What follows `hayloft` on the command line, with flags and a help text of its own. */
export interface Command {
  readonly help: string;
  /** Throws `UsageError`. */
  run(args: readonly string[]): Promise<void>;
}

interface CommandSettings<Name extends string> {
  /** All of what `--help` prints. */
  readonly help: string;
  readonly flags: readonly FlagSetting<Name>[];
  run(line: Pick<CommandLine<Name>, "words" | "values" | "every">): Promise<void>;
}

/** A command that reads its own flags, and knows `--help`. */
export function commandOf<Name extends string>(settings: CommandSettings<Name>): Command {
  const { help, flags } = settings;
  return {
    help,
    run: async (args) => {
      const line = readFlags(args, flags);
      if (line.help) process.stdout.write(help);
      else if (line.version) process.stdout.write(`hayloft ${await packageVersion()}\n`);
      else await settings.run(line);
    },
  };
}
