import { readFile } from "node:fs/promises";
import { codeOf } from "./error-code.node.ts";
import { UsageError } from "./flags.node.ts";
import type { ServeOptions } from "./options.node.ts";

/** The certificate and its key, where the flags name them. Throws `UsageError`. */
export async function readTlsFiles({
  tlsFiles,
}: ServeOptions): Promise<{ tls?: { cert: Buffer; key: Buffer } }> {
  if (tlsFiles === undefined) return {};
  const read = async (flag: string, file: string): Promise<Buffer> => {
    try {
      return await readFile(file);
    } catch (cause) {
      throw new UsageError(`cannot read ${flag} ${file} (${codeOf(cause)})`, { cause });
    }
  };
  const [cert, key] = [
    await read("--tls-cert", tlsFiles.cert),
    await read("--tls-key", tlsFiles.key),
  ];
  return { tls: { cert, key } };
}
