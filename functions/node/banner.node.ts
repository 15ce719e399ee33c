import { hostname } from "node:os";
import type { ServeOptions } from "./options.node.ts";

/** What a person who starts the server wants to read: where it is, how to use it, and who can. */
export function banner(address: string, options: ServeOptions, storage: string): string {
  const { tlsFiles, access } = options;
  const tls = tlsFiles === undefined ? "" : "s";
  const url = reachable(address);
  return `Hayloft is listening on ${address} (gRPC, Connect, gRPC-Web and HTTP${tls ? ", over TLS" : ""})

For Bazel, put this line into .bazelrc:

  build --remote_cache=grpc${tls}://${url}

or, where only HTTP gets through:

  build --remote_cache=http${tls}://${url}
${access.isOpen ? "" : TOKEN_LINE}
${storage}
${whoCanUse(address, options)}
`;
}

const TOKEN_LINE = `
and beside it, with a token of this server:

  build "--remote_header=Authorization=Bearer TOKEN"
`;

function whoCanUse(address: string, { tlsFiles, access }: ServeOptions): string {
  const reach = isLoopback(address) ? "Only this machine can reach it." : undefined;
  if (access.isOpen) return reach ?? OPEN_WARNING;
  const isPrivate = reach !== undefined || tlsFiles !== undefined;
  return `${reach ?? ""} Only who shows a token comes in.${isPrivate ? "" : CLEAR_WARNING}`.trim();
}

const OPEN_WARNING =
  "Whoever can reach this address can read the cache and write to it: keep it inside a network that you trust.";

const CLEAR_WARNING = " Without --tls-cert the token travels in the clear.";

function isLoopback(address: string): boolean {
  return /^(127\.|\[::1\])/.test(address);
}

/** An address that clients can use where the one listened on means every address of this machine. */
function reachable(address: string): string {
  return address.replace(/^(0\.0\.0\.0|\[::\]):/, `${hostname()}:`);
}
