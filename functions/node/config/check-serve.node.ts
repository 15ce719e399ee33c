import { type CommandLine, UsageError } from "../commands/flags.node.ts";
import { tlsFiles } from "../listening/tls-files.node.ts";
import { NodeGate } from "../node-gate.node.ts";
import type { Flag } from "../options/serve-flags.node.ts";
import { ConfigError } from "./config-error.node.ts";
import { readServeSettings, type ServeSettings } from "./serve-settings.node.ts";

/** What files, environment and flags decide, by their names. Throws `UsageError` for everything that would keep a server from starting, but what its stores would say. */
export async function checkServe(
  line: Pick<CommandLine<Flag | "config">, "values" | "every">,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<ServeSettings["sources"]> {
  const settings = await readServeSettings(line, environment);
  const { options, sources } = settings;
  const outcomes = await Promise.allSettled([
    options.tlsFiles && tlsFiles(options.tlsFiles).read(),
    makeGate(options),
  ]);
  const mistakes = outcomes.flatMap((outcome) => {
    if (outcome.status === "fulfilled") return [];
    if (outcome.reason instanceof UsageError) return [settings.told(outcome.reason)];
    throw outcome.reason;
  });
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return sources;
}

/** What a policy says of issuers is only understood by a gate. */
async function makeGate({ policy }: ServeSettings["options"]): Promise<void> {
  void new NodeGate(policy, () => undefined);
}
