import { hostname } from "node:os";
import type { ServeOptions } from "./options.node.ts";

/** What a person who starts the server wants to read: where it is, how to use it, and who can. */
export function banner(address: string, options: ServeOptions, storage: string): string {
  const { tlsFiles, isOpen } = options;
  const tls = tlsFiles === undefined ? "" : "s";
  const remote = remoteOf(address);
  return `Hayloft is listening on ${address} (gRPC, Connect, gRPC-Web and HTTP${tls ? ", over TLS" : ""})

For Bazel, put this line into .bazelrc:

  build --remote_cache=grpc${tls}://${remote}

or, where only HTTP gets through:

  build --remote_cache=http${tls}://${remote}
${isOpen ? "" : credentialLines(options)}
${storage}
${whoCanUse(address, options)}
`;
}

function credentialLines({ tlsFiles, policy }: ServeOptions): string {
  const hasTokens = [...(policy.tokens ?? []), ...(policy.jwt ?? [])].length > 0;
  const lines = [
    ...(tlsFiles?.clientCa === undefined ? [] : [CERTIFICATE_LINE]),
    ...(hasTokens ? [TOKEN_LINE] : []),
  ];
  return lines.join("");
}

const TOKEN_LINE = `
and beside it, with a token of this server:

  build "--remote_header=Authorization=Bearer TOKEN"
`;

const CERTIFICATE_LINE = `
and beside it, with a certificate of an authority that this server knows:

  build --tls_client_certificate=CERT --tls_client_key=KEY
`;

function whoCanUse(address: string, { tlsFiles, isOpen }: ServeOptions): string {
  const reach = isLoopback(address) ? "Only this machine can reach it." : undefined;
  if (isOpen) return reach ?? OPEN_WARNING;
  const isPrivate = reach !== undefined || tlsFiles !== undefined;
  const credential = tlsFiles?.clientCa === undefined ? "a token" : "a certificate or a token";
  const who = ` Only who shows ${credential} comes in.`;
  return `${reach ?? ""}${who}${isPrivate ? "" : CLEAR_WARNING}`.trim();
}

const OPEN_WARNING =
  "Whoever can reach this address can read the cache and write to it: keep it inside a network that you trust.";

const CLEAR_WARNING = " Without --tls-cert the token travels in the clear.";

function isLoopback(address: string): boolean {
  return /^(127\.|\[::1\]|unix:)/.test(address);
}

/** An address that clients can use where the one listened on means every address of this machine, or is none. */
function remoteOf(address: string): string {
  if (address.startsWith("unix:")) return `localhost --remote_proxy=${address}`;
  return address.replace(/^(0\.0\.0\.0|\[::\]):/, `${hostname()}:`);
}
