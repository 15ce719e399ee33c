import { describe, expect, test } from "vitest";
import type { RightName } from "../../functions/access/policy.ts";
import type { FlagValues } from "../../functions/node/commands/flags.node.ts";
import { readOptions } from "../../functions/node/options/options.node.ts";
import type { Flag } from "../../functions/node/options/serve-flags.node.ts";
import { whoCanUse } from "../../functions/node/who-can-use.node.ts";

type Flags = FlagValues<Flag>;

const here = "127.0.0.1:8980";
const everywhere = "10.0.0.1:8980";
const socket = "unix:/run/hayloft.sock";

const tls = { "tls-cert": "c", "tls-key": "k" };
const ca = { ...tls, "tls-client-ca": "a" };
const token = { "token-sha256": "ab".repeat(32) };

const may = (...rights: readonly RightName[]) => ({ grants: [{ instance: "**", rights }] });
const access = (policy: Readonly<Record<string, unknown>>) => ({ access: JSON.stringify(policy) });
const certificates = [{ when: {}, ...may("read") }];
const readOnly = { sha256: "ab".repeat(32), subject: "ci", ...may("read") };

const said = (listen: string, flags: Flags): string =>
  whoCanUse(listen, readOptions({ listen, ...flags }));

describe("a server says who can use it", () => {
  const local = "Only this machine can reach it.";
  const inTheClear = "Without --tls-cert the token travels in the clear.";

  test.each<readonly [string, string, Flags, string]>([
    [
      "open on its machine",
      here,
      {},
      `${local} Everybody on it may read, write and administer the cache; web pages are kept out.`,
    ],
    [
      "open on its machine, on purpose",
      here,
      { open: "yes" },
      `${local} Everybody on it may read, write and administer the cache.`,
    ],
    [
      "open at a socket",
      socket,
      {},
      `${local} Whoever can open the socket may read, write and administer the cache.`,
    ],
    [
      "open to others",
      everywhere,
      { open: "yes" },
      "Whoever can reach this address may read, write and administer the cache: keep it inside a network that you trust.",
    ],
    ["tokens", here, token, `${local} Only who shows a token comes in.`],
    ["tokens in the clear", everywhere, token, `Only who shows a token comes in. ${inTheClear}`],
    ["tokens over TLS", everywhere, { ...tls, ...token }, "Only who shows a token comes in."],
    ["certificates", everywhere, ca, "Only who shows a certificate comes in."],
    [
      "certificates and tokens",
      everywhere,
      { ...ca, ...access({ certificates, tokens: [readOnly] }) },
      "Only who shows a certificate or a token comes in.",
    ],
    [
      "authorities, but nothing for their certificates",
      everywhere,
      { ...ca, ...access({ tokens: [readOnly] }) },
      "Only who shows a token comes in.",
    ],
    [
      "certificates that nobody asks for",
      everywhere,
      { ...tls, ...access({ certificates, tokens: [readOnly] }) },
      "Only who shows a token comes in.",
    ],
    [
      "everybody, who may write",
      everywhere,
      access({ anonymous: may("write", "read", "admin") }),
      "Who shows nothing may read, write and administer.",
    ],
    [
      "everybody, who may read, and tokens",
      everywhere,
      access({ anonymous: may("cas-read"), tokens: [readOnly] }),
      `Who shows a token may do what the access policy says. Who shows nothing may read. ${inTheClear}`,
    ],
    [
      "everybody, in one instance",
      here,
      access({ anonymous: { grants: [{ instance: "pub", rights: ["ac-write", "ac-read"] }] } }),
      `${local} Who shows nothing may read and write, in some instances.`,
    ],
    [
      "a socket alone",
      socket,
      access({ localSocket: may("read") }),
      `${local} Whoever can open the socket may read.`,
    ],
    ["nobody", here, access({}), `${local} Nobody comes in: the access policy names nobody.`],
  ])("%s", (_, address, flags, says) => {
    expect(said(address, flags)).toBe(says);
  });
});
