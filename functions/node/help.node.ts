import { flags, variableOf } from "./flags.node.ts";

const lines = flags.map(
  ({ name, value, fallback, help }) =>
    `  --${name} ${value}\n      ${help}\n      default: ${fallback}; or set ${variableOf(name)}`,
);

/** What `--help` prints. */
export const helpText: string = `Hayloft is a remote build cache that a team owns. Bazel and other build tools keep the results of
their work in it and find the work of others there.

usage: hayloft serve [flags]

It prints the address that it listens on and the lines that tell Bazel of it. Ctrl-C or SIGTERM stops
it, after the requests under way have ended.

flags:
${lines.join("\n")}
  --help
  --version

example:
  hayloft serve --listen 127.0.0.1:8980 --size 8GiB
`;
