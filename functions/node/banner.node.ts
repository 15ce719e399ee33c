import { hostname } from "node:os";
import type { ServeOptions } from "./options.node.ts";

/** What a person who starts the server wants to read: where it is, how to use it, and who can. */
export function banner(address: string, { tlsFiles }: ServeOptions, storage: string): string {
  const tls = tlsFiles === undefined ? "" : "s";
  const url = reachable(address);
  return `Hayloft is listening on ${address} (gRPC, Connect, gRPC-Web and HTTP${tls ? ", over TLS" : ""})

For Bazel, put this line into .bazelrc:

  build --remote_cache=grpc${tls}://${url}

or, where only HTTP gets through:

  build --remote_cache=http${tls}://${url}

${storage}
${isLoopback(address) ? "Only this machine can reach it." : OPEN_WARNING}
`;
}

const OPEN_WARNING =
  "Whoever can reach this address can read the cache and write to it: keep it inside a network that you trust.";

function isLoopback(address: string): boolean {
  return /^(127\.|\[::1\])/.test(address);
}

/** An address that clients can use where the one listened on means every address of this machine. */
function reachable(address: string): string {
  return address.replace(/^(0\.0\.0\.0|\[::\]):/, `${hostname()}:`);
}
