import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { UsageError } from "../commands/flags.node.ts";
import { codeOf } from "../error-code.node.ts";
import type { FileContents } from "../watched-files.node.ts";
import { checkAuthorities, checkPair, type TlsMaterial } from "./tls-material.node.ts";

/** Where TLS material is, as the flags name it. */
export interface TlsPaths {
  readonly cert: string;
  readonly key: string;
  readonly clientCa?: string;
}

/** TLS material in files. */
export function tlsFiles(paths: TlsPaths): FileContents<TlsMaterial> {
  return {
    read: async () => {
      const material = await readMaterial(paths);
      check(material);
      return material;
    },
    isSame: (one, other) =>
      one.cert === other.cert && one.key === other.key && one.clientCa === other.clientCa,
    news: ({ cert }) =>
      `there is a new certificate, good until ${new X509Certificate(cert).validTo}`,
  };
}

async function readMaterial({ cert, key, clientCa }: TlsPaths): Promise<TlsMaterial> {
  return {
    cert: await read("--tls-cert", cert),
    key: await read("--tls-key", key),
    ...(clientCa === undefined ? {} : { clientCa: await read("--tls-client-ca", clientCa) }),
  };
}

async function read(flag: string, file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new UsageError(`cannot read ${flag} ${file} (${codeOf(cause)})`, { cause });
  }
}

/** Throws `UsageError` for what is not whole. */
function check(material: TlsMaterial): void {
  try {
    checkPair(material);
  } catch (cause) {
    const what = "--tls-cert and --tls-key are no certificate and its key in PEM";
    throw new UsageError(`${what} (${codeOf(cause)})`, { cause });
  }
  try {
    checkAuthorities(material);
  } catch (cause) {
    throw new UsageError(`--tls-client-ca is no certificates in PEM (${codeOf(cause)})`, { cause });
  }
}
