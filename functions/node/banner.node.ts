import { hostname } from "node:os";
import { takesTokens } from "../access/policy.ts";
import type { ServeOptions } from "./options/options.node.ts";
import { takesCertificates, whoCanUse } from "./who-can-use.node.ts";

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

function credentialLines(options: ServeOptions): string {
  const lines = [
    ...(takesCertificates(options) ? [CERTIFICATE_LINE] : []),
    ...(takesTokens(options.policy) ? [TOKEN_LINE] : []),
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

/** An address that clients can use where the one listened on means every address of this machine, or is none. */
function remoteOf(address: string): string {
  if (address.startsWith("unix:")) return `localhost --remote_proxy=${address}`;
  return address.replace(/^(0\.0\.0\.0|\[::\]):/, `${hostname()}:`);
}
