import { constants, X509Certificate } from "node:crypto";
import { createSecureContext, type SecureContextOptions } from "node:tls";

/** What a server shows of itself, and whose certificates it asks its clients for: all in PEM. */
export interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
  readonly clientCa?: string;
}

/** The same as Node takes it. */
export function contextOptions({ cert, key, clientCa }: TlsMaterial): SecureContextOptions {
  if (clientCa === undefined) return { cert, key };
  return {
    cert,
    key,
    ca: clientCa,
    // A session that is resumed would bring a certificate along that nobody checks again.
    secureOptions: constants.SSL_OP_NO_TICKET,
  };
}

/** Throws where certificate and key are no pair, or one of them is cut off. */
export function checkPair({ cert, key }: TlsMaterial): void {
  createSecureContext({ cert, key });
  checkCertificates(cert);
}

/** Throws where the certificates of authorities are cut off, or none. */
export function checkAuthorities({ clientCa }: TlsMaterial): void {
  if (clientCa !== undefined) checkCertificates(clientCa);
}

/** When the server's own certificate ends, in milliseconds since the epoch. */
export function certificateEndMs({ cert }: TlsMaterial): number {
  return Date.parse(new X509Certificate(cert).validTo);
}

const BEGIN = /-----BEGIN [A-Z0-9 ]*CERTIFICATE-----/g;
const WHOLE = /-----BEGIN [A-Z0-9 ]*CERTIFICATE-----[^-]*-----END [A-Z0-9 ]*CERTIFICATE-----/g;

/** OpenSSL takes what it finds in a bundle, be it nothing. */
function checkCertificates(pem: string): void {
  const whole = (pem.match(WHOLE) ?? []).map((each) => new X509Certificate(each));
  const begun = pem.match(BEGIN) ?? [];
  if (begun.length === 0) throw new Error("no certificate in PEM is in it");
  if (whole.length < begun.length) throw new Error("a certificate in it is cut off");
}
