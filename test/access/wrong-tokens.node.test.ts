import { randomBytes } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { beforeAll, describe, expect, test } from "vitest";
import type { Gate } from "../../functions/access/caller.ts";
import { gateOf } from "../../functions/access/gate.ts";
import { KIB, MIB } from "../support/bytes.ts";
import { ManualClock } from "../support/clock.ts";
import { newToken } from "../support/tokens.node.ts";
import { AUDIENCE, TokenIssuer } from "./token-issuer.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const clock = new ManualClock();
const issuer = new TokenIssuer(clock);
const stranger = new TokenIssuer(clock, "https://stranger.example");
const everything = [{ instance: "**", rights: ["read", "write"] as const }];
const { token, sha256 } = newToken("right");
let gate: Gate;

/** Random, and as long as such things are at most. */
function noise(): string {
  return randomBytes(3 * KIB).toString("base64url");
}

async function ask(authorization: string): Promise<string> {
  return (await gate({ header: new Headers({ authorization }) })).subject;
}

async function bearer(from: TokenIssuer, claims: Readonly<Record<string, string>> = {}) {
  return `Bearer ${new TextDecoder().decode(await from.token("one", claims))}`;
}

beforeAll(async () => {
  await issuer.publishKey("one");
  await stranger.publishKey("one");
  gate = gateOf(
    {
      tokens: [{ subject: "a machine", sha256, grants: everything }],
      jwt: [
        {
          issuer: issuer.name,
          audience: AUDIENCE,
          jwks: { keys: issuer.published },
          rules: [{ when: {}, subject: "a job", grants: everything }],
        },
      ],
    },
    { clock, remedy: "none" },
  );
});

const wrong: Readonly<Record<string, () => Promise<string>>> = {
  "tokens of nobody": async () => `Bearer ${noise()}`,
  passwords: async () => `Basic ${Buffer.from(`any:${noise()}`).toString("base64")}`,
  "tokens of other issuers": async () => await bearer(stranger, { noise: noise() }),
  "tokens that others have signed": async () =>
    await bearer(stranger, { iss: issuer.name, noise: noise() }),
  "tokens that have been changed": async () => `${await bearer(issuer)}${noise().slice(0, 10)}`,
  "what is no token at all": async () => noise(),
};

describe("a flood of wrong credentials", () => {
  test.for(Object.keys(wrong))("%s: keeps nothing, and forgets nobody", async (kind) => {
    const make = wrong[kind] ?? (async () => "");
    const right = await bearer(issuer);
    expect(await ask(right)).toBe("a job");
    const refusals = new Set<string>();
    const flood = async (count: number): Promise<void> => {
      for (let index = 0; index < count; index++) {
        const asked = ask(await make());
        refusals.add(await asked.catch(String));
      }
    };
    await flood(100);
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    await flood(2000);
    collectGarbage();
    // What was shown had more than 8 MiB.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(2 * MIB);
    for (const refusal of refusals) expect(refusal).toMatch(/^RequestError: /);
    expect(refusals.size).toBeLessThan(10);
    // Who is remembered is told at once: a signature would have to be verified.
    const known = gate({ header: new Headers({ authorization: right }) });
    expect(known).toMatchObject({ subject: "a job" });
    expect(known).not.toBeInstanceOf(Promise);
    expect(await ask(`Bearer ${token}`)).toBe("a machine");
  });
});
