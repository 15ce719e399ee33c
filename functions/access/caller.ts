import type { Clock } from "../../shared/clock.ts";
import type { Principal } from "../../shared/stores/call.ts";

/** What somebody's credential says about its holder: names and values, as JWT has them. */
export type Claims = Readonly<Record<string, unknown>>;

/** What a connection tells of whoever is at its other end. */
export type Peer =
  | { readonly kind: "local-socket" }
  /** A certificate that an authority of ours has signed, for a key that the client has. */
  | {
      readonly kind: "certificate";
      readonly claims: Claims;
      /** When it expires: the connection that it came with may last longer. */
      readonly untilMs: number;
    };

type CertificatePeer = Extract<Peer, { readonly kind: "certificate" }>;

/** Whether a connection has outlived the certificate that it came with. */
export function hasExpired(peer: Peer | undefined, clock: Clock): peer is CertificatePeer {
  return peer?.kind === "certificate" && clock.now() > peer.untilMs;
}

/** Who makes a request, as far as it shows. */
interface Caller {
  readonly header: Pick<Headers, "get">;
  readonly peer?: Peer | undefined;
}

/** Tells who makes a request. Throws UNAUTHENTICATED for one that may not come in. */
export type Gate = (caller: Caller) => Principal | Promise<Principal>;
