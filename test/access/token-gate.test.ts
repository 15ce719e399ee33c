import { base64Encode } from "@bufbuild/protobuf/wire";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { describe, expect, test } from "vitest";
import { gateOf } from "../../functions/access/gate.ts";
import { simplePolicy } from "../../functions/access/simple-policy.ts";
import { parseTokenHashes, tokenHash } from "../../functions/access/token-hashes.ts";
import { parseInstanceName } from "../../shared/digest/instance-name.ts";
import { ManualClock } from "../support/clock.ts";

async function rightsFor(
  authorization: string,
  tokens: readonly string[],
  readTokens: string[],
): Promise<string> {
  const access = {
    isOpen: false,
    tokenHashes: tokens.map(tokenHash),
    readTokenHashes: readTokens.map(tokenHash),
  };
  const gate = gateOf(simplePolicy(access), { clock: new ManualClock(), remedy: "make one" });
  const principal = await gate({ header: new Headers({ authorization }) });
  return [...principal.standingIn(parseInstanceName("any/name")).rights].toSorted().join(" ");
}

const ALL = "ac-read ac-write asset cas-read cas-write find-missing";
const READ = "ac-read cas-read find-missing";

describe("a gate with tokens", () => {
  test("grants what the token is for, whichever of several it is", async () => {
    expect(await rightsFor("Bearer two", ["one", "two"], ["three"])).toBe(ALL);
    expect(await rightsFor("Bearer three", ["one", "two"], ["three", "four"])).toBe(READ);
    expect(await rightsFor("Bearer four", [], ["three", "four"])).toBe(READ);
  });

  test("takes a token that is in both lists for the greater one", async () => {
    expect(await rightsFor("Bearer same", ["same"], ["same"])).toBe(ALL);
  });

  test("knows a password with colons, and one beyond ASCII", async () => {
    expect(await rightsFor(`Basic ${btoa("any:a:b:c")}`, ["a:b:c"], [])).toBe(ALL);
    const utf8 = base64Encode(utf8ToBytes("any:Schlüssel"));
    expect(await rightsFor(`Basic ${utf8}`, ["Schlüssel"], [])).toBe(ALL);
  });

  test("lets nobody in without any, and says what to do", async () => {
    await expect(rightsFor("Bearer x", [], [])).rejects.toThrow("lets nobody in: make one");
  });
});

describe("hashes of tokens", () => {
  const [one, other] = ["ab".repeat(32), "cd".repeat(32)];

  test("are separated by commas or spaces, or are none", () => {
    expect(parseTokenHashes("")).toEqual([]);
    expect(parseTokenHashes(` ${one},${other}\n${one} `)).toHaveLength(3);
    expect(parseTokenHashes(one)?.[0]?.[0]).toBe(0xab);
  });

  test.for([
    ["a token", "secret"],
    ["too short", one.slice(1)],
    ["in upper case", one.toUpperCase()],
    ["good, but not all", `${one},${other}0`],
    ["of an empty token", bytesToHex(tokenHash(""))],
  ])("are refused where one is %s", ([, text = ""]) => {
    expect(parseTokenHashes(text)).toBeUndefined();
  });
});
