import { type Policy, takesTokens } from "../../access/policy.ts";
import { UsageError } from "../commands/flags.node.ts";
import type { ListenOptions } from "./listen-options.node.ts";

/** What is wrong with ways in that a policy has and nobody can come by. Throws `UsageError` where it has no other. */
export function closedWays(
  policy: Policy,
  { tlsFiles, socketPath }: Pick<ListenOptions, "tlsFiles" | "socketPath">,
): readonly string[] {
  const { certificates = [], localSocket, anonymous } = policy;
  const hasCertificates = certificates.length > 0;
  const isCertificateOpen = tlsFiles?.clientCa !== undefined;
  const isSocketOpen = socketPath !== undefined;
  const closed = [
    ...(hasCertificates && !isCertificateOpen ? [NO_CERTIFICATES] : []),
    ...(localSocket !== undefined && !isSocketOpen ? [NO_SOCKET] : []),
  ];
  const others =
    takesTokens(policy) ||
    anonymous !== undefined ||
    (hasCertificates && isCertificateOpen) ||
    (localSocket !== undefined && isSocketOpen);
  if (closed.length > 0 && !others) {
    throw new UsageError(`the access policy lets nobody in: ${closed.join("; ")}`);
  }
  return closed.map((each) => `the access policy: ${each}`);
}

const NO_CERTIFICATES =
  "it has certificates, for which the server does not ask without --tls-client-ca FILE";

const NO_SOCKET = "it has localSocket, which is for --listen unix:PATH";
