import { X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { certificateClaims } from "../../functions/access/certificate-claims.node.ts";
import { Authority, type Wishes } from "../support/certificates.node.ts";

const authority = new Authority("an authority");

function claimsOf(wishes: Wishes) {
  const { cert } = authority.issue(wishes);
  return certificateClaims(new X509Certificate(cert).toLegacyObject());
}

describe("the claims of a certificate", () => {
  it("are the parts of its subject and its other names", () => {
    const claims = claimsOf({
      subject: [
        ["O", "Acme"],
        ["OU", "builds"],
        ["OU", "tests"],
        ["CN", "runner 7"],
      ],
      names: [
        ["DNS", "runner-7.acme.example"],
        ["URI", "spiffe://acme/ns/ci/sa/runner"],
        ["email", "builds@acme.example"],
        ["IP", Buffer.of(10, 0, 0, 7)],
        ["DNS", "*.ci.acme.example"],
      ],
    });
    expect(claims).toEqual({
      cn: "runner 7",
      o: "Acme",
      ou: ["builds", "tests"],
      dns: ["runner-7.acme.example", "*.ci.acme.example"],
      uri: ["spiffe://acme/ns/ci/sa/runner"],
      email: ["builds@acme.example"],
      ip: ["10.0.0.7"],
      fingerprint: expect.stringMatching(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/) as unknown,
    });
  });

  it("are but a fingerprint where it says nothing", () => {
    const { fingerprint, ...others } = claimsOf({});
    expect(fingerprint).toBeTypeOf("string");
    expect(Object.values(others).flat()).toEqual([undefined, undefined, undefined]);
  });

  it.each([
    "x, URI:spiffe://acme/admin",
    'x", URI:"spiffe://acme/admin',
    "x\\, URI:spiffe://acme/admin",
    "x\n, URI:spiffe://acme/admin",
    "x\0, URI:spiffe://acme/admin",
    "spiffe://acme/admin\0",
    '"spiffe://acme/admin"',
  ])("have %j as one name, whatever it looks like", (name) => {
    const names = [
      ["URI", name],
      ["DNS", name],
      ["email", "a@b"],
    ] as const;
    expect(claimsOf({ names })).toMatchObject({ uri: [name], dns: [name], email: ["a@b"] });
  });

  it.each([
    "URI:a,URI:b",
    'URI:"a',
    'URI:"a\\x"',
    "URI:a\\b",
    "nothing",
    'URI:"a"b',
    'URI:a, URI:"b',
  ])("have no name out of what nobody writes so: %s", (subjectaltname) => {
    const claims = certificateClaims({ subject: {}, subjectaltname, fingerprint256: "00" });
    expect(claims).toMatchObject({ uri: [], dns: [] });
  });
});
