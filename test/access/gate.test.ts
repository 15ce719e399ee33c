import { describe, it } from "vitest";
import type { Peer } from "../../functions/access/caller.ts";
import { gateOf } from "../../functions/access/gate.ts";
import type { Policy } from "../../functions/access/policy.ts";
import { tokenHash } from "../../functions/access/token-hashes.ts";
import { bytesToHex } from "@noble/hashes/utils.js";
import { ManualClock } from "../support/clock.ts";

const grants = [{ instance: "main", rights: ["read"] }] as const;
const sha256 = (token: string): string => bytesToHex(tokenHash(token));

/** Names whom a gate lets in, or says why it does not. */
function doorman(policy: Policy, clock = new ManualClock()) {
  const gate = gateOf(policy, { clock, remedy: "make a token" });
  return async (authorization?: string, peer?: Peer): Promise<string> => {
    const header = new Headers(authorization === undefined ? {} : { authorization });
    try {
      return (await gate({ header, peer })).subject;
    } catch (error) {
      return error instanceof Error ? error.message : "nothing that can be said";
    }
  };
}

const certificate = (
  claims: Readonly<Record<string, unknown>>,
  untilMs = Number.MAX_SAFE_INTEGER,
): Peer => ({ kind: "certificate", claims, untilMs });

describe("a gate", () => {
  it("lets a token in until it expires, whether it was seen before or not", async ({ expect }) => {
    const clock = new ManualClock();
    const expires = new Date(clock.now() + 60_000).toISOString();
    const token = { subject: "ci", sha256: sha256("one"), expires, grants };
    const [seen, unseen] = [
      doorman({ tokens: [token] }, clock),
      doorman({ tokens: [token] }, clock),
    ];
    expect(await seen("Bearer one")).toBe("ci");
    clock.advance(59_999);
    expect(await seen("Bearer one")).toBe("ci");
    clock.advance(1);
    for (const ask of [seen, unseen]) expect(await ask("Bearer one")).toMatch(/not any more$/);
  });

  it("lets in what replaces a token while both hold", async ({ expect }) => {
    const ask = doorman({
      tokens: [{ subject: "ci", sha256: [sha256("old"), sha256("new")], grants }],
    });
    expect([await ask("Bearer old"), await ask("Bearer new")]).toEqual(["ci", "ci"]);
  });

  it("takes a token for more than a certificate, and either for more than nothing", async ({
    expect,
  }) => {
    const ask = doorman({
      tokens: [{ subject: "token", sha256: sha256("one"), grants }],
      certificates: [{ when: { cn: "{name}" }, subject: "certificate of {name}", grants }],
      localSocket: { grants },
      anonymous: { grants },
    });
    expect(await ask("Bearer one", certificate({ cn: "x" }))).toBe("token");
    expect(await ask(undefined, certificate({ cn: "x" }))).toBe("certificate of x");
    expect(await ask(undefined, { kind: "local-socket" })).toBe("local");
    expect(await ask()).toBe("anonymous");
  });

  it("lets nobody in by a certificate that has expired since, whether it was seen before or not", async ({
    expect,
  }) => {
    const clock = new ManualClock();
    const rules = { certificates: [{ when: { cn: "x" }, subject: "x", grants }] };
    const ask = doorman({ ...rules, anonymous: { grants } }, clock);
    const untilMs = clock.now() + 60_000;
    const [seen, unseen] = [certificate({ cn: "x" }, untilMs), certificate({ cn: "x" }, untilMs)];
    expect(await ask(undefined, seen)).toBe("x");
    clock.advance(60_000);
    expect(await ask(undefined, seen)).toBe("x");
    clock.advance(1);
    for (const peer of [seen, unseen]) {
      const time = new Date(untilMs).toISOString();
      const why = `the certificate has expired at ${time}; connect again with a new one`;
      expect(await ask(undefined, peer)).toBe(why);
    }
  });

  it("refuses a wrong token from whom it would let in without one", async ({ expect }) => {
    const ask = doorman({
      tokens: [{ subject: "token", sha256: sha256("one"), grants }],
      localSocket: { grants },
      anonymous: { grants },
    });
    expect(await ask("Bearer two")).toMatch(/^this is not a token of this cache/);
    expect(await ask("Bearer two", { kind: "local-socket" })).toMatch(/^this is not a token/);
  });

  it("does not care for tokens where there are none", async ({ expect }) => {
    expect(await doorman({ anonymous: { grants } })("Bearer of-somebody-else")).toBe("anonymous");
  });

  it("refuses a certificate without a rule, where anonymous may come in as well", async ({
    expect,
  }) => {
    const certificates = [{ when: { cn: "x" }, grants }];
    const ask = doorman({ certificates, anonymous: { grants } });
    expect(await ask(undefined, certificate({ cn: "y" }))).toMatch(
      /^the certificate y is known, but/,
    );
  });

  it("takes connections for nothing where no part is about them", async ({ expect }) => {
    const ask = doorman({ anonymous: { grants } });
    expect(await ask(undefined, certificate({ cn: "y" }))).toBe("anonymous");
    expect(await ask(undefined, { kind: "local-socket" })).toBe("anonymous");
    const closed = doorman({ tokens: [{ subject: "ci", sha256: sha256("one"), grants }] });
    expect(await closed(undefined, certificate({ cn: "y" }))).toMatch(/wants to be shown a token/);
  });

  it("that lets nobody in says so to everybody", async ({ expect }) => {
    for (const policy of [{}, { tokens: [] }, { jwt: [], certificates: [] }]) {
      const ask = doorman(policy);
      expect(await ask("Bearer one")).toMatch(/lets nobody in: make a token$/);
      expect(await ask()).toMatch(/lets nobody in: make a token$/);
    }
  });
});
