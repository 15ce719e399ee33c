import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

/** A certificate and its key, in PEM. */
export interface Certified {
  readonly cert: string;
  readonly key: string;
}

export interface Wishes {
  /** The subject's parts by their names, `CN`, `O` and `OU`, in this order. */
  readonly subject?: readonly (readonly [part: keyof typeof subjectParts, value: string])[];
  readonly names?: readonly (readonly [type: keyof typeof nameTags, value: string | Buffer])[];
  /** How long it is good from now on; it was so an hour ago. A negative one has expired. */
  readonly goodForMs?: number;
}

const HOUR_MS = 3_600_000;

/** Who signs certificates, each with a key of its own. */
export class Authority {
  /** Its own certificate, in PEM. */
  readonly cert: string;
  readonly #name: Buffer;
  readonly #key: KeyObject;
  /** What tells its keys from those of another one that has the same name. */
  readonly #keyId = randomBytes(20);

  constructor(name: string) {
    const { publicKey, privateKey } = newKey();
    this.#name = nameOf([["CN", name]]);
    this.#key = privateKey;
    this.cert = this.#sign(this.#name, publicKey, HOUR_MS, [
      basicConstraints,
      subjectKeyId(this.#keyId),
    ]);
  }

  issue({ subject = [], names = [], goodForMs = HOUR_MS }: Wishes): Certified {
    const { publicKey, privateKey } = newKey();
    const extensions = [
      authorityKeyId(this.#keyId),
      ...(names.length === 0 ? [] : [alternativeNames(names, subject.length === 0)]),
    ];
    return {
      cert: this.#sign(nameOf(subject), publicKey, goodForMs, extensions),
      key: privateKey.export({ type: "pkcs8", format: "pem" }),
    };
  }

  #sign(subject: Buffer, key: KeyObject, goodForMs: number, extensions: readonly Buffer[]): string {
    const now = Date.now();
    const toBeSigned = sequence(
      der(0xa0, integer(Buffer.of(2))),
      integer(Buffer.concat([Buffer.of(1), randomBytes(15)])),
      ecdsaWithSha256,
      this.#name,
      sequence(utcTime(now - HOUR_MS), utcTime(now + goodForMs)),
      subject,
      key.export({ type: "spki", format: "der" }),
      der(0xa3, sequence(...extensions)),
    );
    const signature = sign("sha256", toBeSigned, this.#key);
    return pem(sequence(toBeSigned, ecdsaWithSha256, bitString(signature)));
  }
}

function newKey(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return generateKeyPairSync("ec", { namedCurve: "prime256v1" });
}

// X.509 (RFC 5280) in DER: a tag, a length, and what is inside.

function der(tag: number, ...inside: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(inside);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
  return Buffer.concat([Buffer.of(tag, 0x82, length >> 8, length & 0xff), content]);
}

const sequence = (...inside: readonly Uint8Array[]): Buffer => der(0x30, ...inside);
const integer = (bytes: Uint8Array): Buffer => der(0x02, bytes);
const bitString = (bytes: Uint8Array): Buffer => der(0x03, Buffer.of(0), bytes);
const octetString = (bytes: Uint8Array): Buffer => der(0x04, bytes);
const objectId = (hex: string): Buffer => der(0x06, Buffer.from(hex, "hex"));
const utf8 = (text: string): Buffer => der(0x0c, Buffer.from(text));

function utcTime(timeMs: number): Buffer {
  const digits = new Date(timeMs).toISOString().replaceAll(/\D/g, "").slice(2, 14);
  return der(0x17, Buffer.from(`${digits}Z`));
}

const ecdsaWithSha256 = sequence(objectId("2a8648ce3d040302"));

const subjectParts = {
  CN: objectId("550403"),
  O: objectId("55040a"),
  OU: objectId("55040b"),
} as const;

function nameOf(parts: NonNullable<Wishes["subject"]>): Buffer {
  return sequence(
    ...parts.map(([part, value]) => der(0x31, sequence(subjectParts[part], utf8(value)))),
  );
}

/** It may sign others. */
const basicConstraints = sequence(
  objectId("551d13"),
  der(0x01, Buffer.of(0xff)),
  octetString(sequence(der(0x01, Buffer.of(0xff)))),
);

function subjectKeyId(id: Uint8Array): Buffer {
  return sequence(objectId("551d0e"), octetString(octetString(id)));
}

function authorityKeyId(id: Uint8Array): Buffer {
  return sequence(objectId("551d23"), octetString(sequence(der(0x80, id))));
}

const nameTags = { email: 0x81, DNS: 0x82, URI: 0x86, IP: 0x87 } as const;

/** Where there is no other name, they must be critical. */
function alternativeNames(names: NonNullable<Wishes["names"]>, isCritical: boolean): Buffer {
  const all = names.map(([type, value]) => der(nameTags[type], Buffer.from(value)));
  const critical = isCritical ? [der(0x01, Buffer.of(0xff))] : [];
  return sequence(objectId("551d11"), ...critical, octetString(sequence(...all)));
}

function pem(bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
