import type { Clock } from "../../shared/clock.ts";
import { parseInstanceName } from "../../shared/digest/instance-name.ts";
import { RequestError } from "../../shared/request-error.ts";
import type { Gate } from "./caller.ts";
import { JwtIssuers, type JwtSurroundings } from "./jwt-issuers.ts";
import { type Identified, KnownCallers } from "./known-callers.ts";
import { PeerRules } from "./peer-rules.ts";
import type { Policy } from "./policy.ts";
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
      throw unauthenticated(`this cache has no token yet, and lets nobody in: ${options.remedy}`);
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
    if (token === undefined) throw unauthenticated(wish);
    const holder = holders.find(token) ?? issuers.identify(token);
    if (holder === undefined)
      throw unauthenticated("this is not a token of this cache, or not any more");
    return holder;
  };
  const wantsTokens = (policy.tokens?.length ?? 0) + (policy.jwt?.length ?? 0) > 0;
  return ({ header, peer }) => {
    // Clients show tokens that are for somebody else, too: they do not matter where there are none.
    const shown = wantsTokens ? header.get("authorization") : null;
    if (shown === null) {
      const principal = peers.find(peer);
      if (principal === undefined) throw unauthenticated(wish);
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
function wishOf({ tokens, jwt, certificates }: Policy): string {
  const takesTokens = (tokens?.length ?? 0) + (jwt?.length ?? 0) > 0;
  const ways = [
    ...(takesTokens ? ["a token: Authorization: Bearer TOKEN, or https://any:TOKEN@HOST"] : []),
    ...(certificates === undefined ? [] : ["a TLS certificate of an authority that it trusts"]),
  ];
  return `this cache wants to be shown ${ways.join("; or ") || "who you are"}`;
}

function letsNobodyIn({ tokens, jwt, certificates, localSocket, anonymous }: Policy): boolean {
  const lists = [tokens, jwt, certificates].every((list) => (list?.length ?? 0) === 0);
  return lists && localSocket === undefined && anonymous === undefined;
}

function unauthenticated(message: string): RequestError {
  return new RequestError("unauthenticated", message);
}
