import type { X509Certificate } from "node:crypto";
import type { PeerCertificate } from "node:tls";
import type { Claims, Peer } from "./caller.ts";

export function certificatePeer(certificate: X509Certificate): Peer {
  return {
    kind: "certificate",
    claims: certificateClaims(certificate.toLegacyObject()),
    untilMs: certificate.validToDate.getTime(),
  };
}

/** What a certificate says of its holder: who it is by name, and which names of machines and workloads are its own. */
export function certificateClaims({
  subject,
  subjectaltname = "",
  fingerprint256,
}: Pick<PeerCertificate, "subject" | "subjectaltname" | "fingerprint256">): Claims {
  const names = alternativeNames(subjectaltname);
  const namesOf = (type: string): readonly string[] =>
    names.filter(([of]) => of === type).map(([, name]) => name);
  return {
    cn: subject.CN,
    o: subject.O,
    ou: subject.OU,
    dns: namesOf("DNS"),
    uri: namesOf("URI"),
    email: namesOf("email"),
    ip: namesOf("IP Address"),
    fingerprint: fingerprint256,
  };
}

type AlternativeName = readonly [type: string, name: string];

/** A type and its name, which is a JSON text where it has a comma or anything else that could be taken for more than a name. */
const ENTRY =
  /(?<type>[^:",\\]+):(?:(?<json>"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-f]{4}))*")|(?<plain>[^",\\]*))(?:, |$)/iuy;

/** None at all where one cannot be read: a name must not be what a part of another one looks like. */
function alternativeNames(text: string): readonly AlternativeName[] {
  const names: AlternativeName[] = [];
  const entry = new RegExp(ENTRY);
  while (entry.lastIndex < text.length) {
    const { type, json, plain } = entry.exec(text)?.groups ?? {};
    if (type === undefined) return [];
    const name: unknown = json === undefined ? plain : JSON.parse(json);
    if (typeof name === "string") names.push([type, name]);
  }
  return names;
}
