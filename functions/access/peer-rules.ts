import type { Clock } from "../../shared/clock.ts";
import type { InstanceName } from "../../shared/digest/instance-name.ts";
import type { RequestError } from "../../shared/request-error.ts";
import type { Principal } from "../../shared/stores/call.ts";
import { hasExpired, type Peer } from "./caller.ts";
import { ClaimRules } from "./claim-rules.ts";
import { principalOf } from "./grants.ts";
import type { GrantsSetting, Policy } from "./policy.ts";
import { refused } from "./refused.ts";

/** Who somebody is that shows no token: by the connection, or nobody in particular. */
export class PeerRules {
  readonly #certificates: ClaimRules | undefined;
  readonly #localSocket: Principal | undefined;
  readonly #anonymous: Principal | undefined;
  readonly #clock: Clock;
  /** A connection's requests are all of one principal. */
  readonly #known = new WeakMap<Peer, Principal>();

  constructor(policy: Policy, sharing: readonly InstanceName[], clock: Clock) {
    this.#clock = clock;
    const named = (subject: string, setting?: GrantsSetting): Principal | undefined =>
      setting && principalOf(subject, setting, sharing);
    this.#certificates = policy.certificates && new ClaimRules(policy.certificates, sharing);
    this.#localSocket = named("local", policy.localSocket);
    this.#anonymous = named("anonymous", policy.anonymous);
  }

  /**
   * `undefined` where the connection tells nothing that counts. Throws PERMISSION_DENIED for a certificate without a rule, and
   * UNAUTHENTICATED for one that has expired since the connection began.
   */
  find(peer: Peer | undefined): Principal | undefined {
    if (peer === undefined) return this.#anonymous;
    if (hasExpired(peer, this.#clock)) throw expired(peer.untilMs);
    const known = this.#known.get(peer);
    if (known !== undefined) return known;
    const principal = this.#of(peer) ?? this.#anonymous;
    if (principal !== undefined) this.#known.set(peer, principal);
    return principal;
  }

  #of(peer: Peer): Principal | undefined {
    if (peer.kind === "local-socket") return this.#localSocket;
    return this.#certificates?.principalOf(peer.claims, subjectOf(peer.claims));
  }
}

function expired(untilMs: number): RequestError {
  const time = new Date(untilMs).toISOString();
  return refused(`the certificate has expired at ${time}; connect again with a new one`);
}

function subjectOf({ cn, fingerprint }: Readonly<Record<string, unknown>>): string {
  return `the certificate ${String(cn ?? fingerprint)}`;
}
