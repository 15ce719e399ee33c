import type { Clock } from "../../shared/clock.ts";
import { parseInstanceName } from "../../shared/digest/instance-name.ts";
import type { Gate } from "./caller.ts";
import { JwtIssuers, type JwtSurroundings } from "./jwt-issuers.ts";
import { type Identified, KnownCallers } from "./known-callers.ts";
import { PeerRules } from "./peer-rules.ts";
import { type Policy, takesTokens } from "./policy.ts";
import { refused } from "./refused.ts";
import { shownToken } from "./shown-token.ts";
import { TokenHolders } from "./token-holders.ts";

export interface GateOptions extends JwtSurroundings {
  readonly clock: Clock;
  /** For who finds the gate closed, because the policy lets nobody in. */
  readonly remedy: string;
}

/** The gate of a deployment. Throws `PolicyError`. */
export function gateOf(policy: Policy, options: GateOptions): Gate {
  if (letsNobodyIn(policy)) {
    return () => {
      throw refused(`this cache has no token yet, and lets nobody in: ${options.remedy}`);
    };
  }
  const sharing = (policy.sharedBlobs ?? []).map((name) => parseInstanceName(name, "sharedBlobs"));
  const holders = new TokenHolders(policy.tokens, sharing, options.clock);
  const issuers = new JwtIssuers(policy.jwt ?? [], sharing, options);
  const peers = new PeerRules(policy, sharing, options.clock);
  const known = new KnownCallers(options.clock);

  const wish = wishOf(policy);
  const identify = (shown: string): Identified | Promise<Identified> => {
    const token = shownToken(shown);
    if (token === undefined) throw refused(wish);
    const holder = holders.find(token) ?? issuers.identify(token);
    if (holder === undefined) throw refused("this is not a token of this cache, or not any more");
    return holder;
  };
  const wantsTokens = takesTokens(policy);
  return ({ header, peer }) => {
    // Clients show tokens that are for somebody else, too: they do not matter where there are none.
    const shown = wantsTokens ? header.get("authorization") : null;
    if (shown === null) {
      const principal = peers.find(peer);
      if (principal === undefined) throw refused(wish);
      return principal;
    }
    const remembered = known.find(shown);
    if (remembered !== undefined) return remembered;
    const identified = identify(shown);
    if (!(identified instanceof Promise)) return known.remember(shown, identified);
    return identified.then((each) => known.remember(shown, each));
  };
}

/** What somebody has to do to be let in. */
function wishOf(policy: Policy): string {
  const ways = [
    ...(takesTokens(policy)
      ? ["a token: Authorization: Bearer TOKEN, or https://any:TOKEN@HOST"]
      : []),
    ...(policy.certificates === undefined
      ? []
      : ["a TLS certificate of an authority that it trusts"]),
  ];
  return `this cache wants to be shown ${ways.join("; or ") || "who you are"}`;
}

function letsNobodyIn(policy: Policy): boolean {
  const { certificates = [], localSocket, anonymous } = policy;
  const isForPeers = certificates.length > 0 || localSocket !== undefined;
  return !takesTokens(policy) && !isForPeers && anonymous === undefined;
}
