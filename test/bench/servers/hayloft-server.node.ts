import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { type Contestant, STORE_GIB } from "./bench-server.ts";
import { ServerProcess } from "./server-process.node.ts";

const mainFile = fileURLToPath(new URL("../../../functions/node/main.node.ts", import.meta.url));

const TOKEN = "a-token-for-the-benchmark";

export interface HayloftVariant {
  readonly name: string;
  readonly version: string;
  /** Flags of `hayloft serve`, beside those that every run needs. */
  readonly flags: readonly string[];
  /** Flags of Node, as for a profile. */
  readonly nodeFlags?: readonly string[];
}

export function hayloft({ name, version, flags, nodeFlags = [] }: HayloftVariant): Contestant {
  const given = flags.length === 0 ? "no flags" : `\`${flags.join(" ")}\``;
  return {
    name,
    version,
    notes: `${given}, no line of the log for each request (as the others); a bearer token; an upload is acknowledged once it is hashed and written, and synced within ten seconds`,
    hasHttp: true,
    start: async ({ folder, cores }) => {
      const args = [
        ...nodeFlags,
        mainFile,
        "serve",
        "--listen=127.0.0.1:0",
        `--data=${folder}`,
        `--size=${STORE_GIB}GiB`,
        "--log-level=warn",
        `--token-sha256=${createHash("sha256").update(TOKEN).digest("hex")}`,
        ...flags,
      ];
      const server = await ServerProcess.start({ file: process.execPath, args, cores });
      const address = await server.until(
        () => /listening on (?<address>\S+:\d+)\D/.exec(server.output)?.groups?.["address"],
      );
      return {
        name,
        pid: server.pid,
        grpc: address,
        http: address,
        authorization: `Bearer ${TOKEN}`,
        [Symbol.asyncDispose]: async () => await server[Symbol.asyncDispose](),
      };
    },
  };
}
