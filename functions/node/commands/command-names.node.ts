/** What may follow `hayloft` on the command line, and what it does. */
export const commandSummaries = {
  serve: "serve the cache until a signal stops it",
  config: "check configuration files, and print their schema",
  sizing: "say how large a cache should be",
  purge: "make action results count as absent, and list such purges",
  stats: "show how well the cache serves a build, a team or a CI job",
  login: "keep a token for a cache, for the credential helper",
  logout: "forget the token of a cache",
  "credential-helper": "give Bazel the token of a cache",
} as const;

export type CommandName = keyof typeof commandSummaries;

export function isCommandName(text: string): text is CommandName {
  return Object.hasOwn(commandSummaries, text);
}

/** `hayloft serve, hayloft login, ...` */
export function allCommands(): string {
  const names = Object.keys(commandSummaries);
  return names.map((name) => `hayloft ${name}`).join(", ");
}
