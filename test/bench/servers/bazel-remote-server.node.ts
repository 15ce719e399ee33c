import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Contestant, STORE_GIB } from "./bench-server.ts";
import { freePort } from "./free-port.node.ts";
import { ServerProcess } from "./server-process.node.ts";

const USER = "bench";
const PASSWORD = "a-password-for-the-benchmark";

/** Uncompressed, without an access log, and with the cheapest password hash that it takes: each is its fastest. */
export function bazelRemote(file: string, version: string): Contestant {
  const name = "bazel-remote";
  return {
    name,
    version,
    notes:
      "storage uncompressed and no access log (its fastest; the defaults are zstd and a log), htpasswd with SHA-1 (its fastest); " +
      "an upload is acknowledged once its file is synced",
    hasHttp: true,
    start: async ({ folder, cores }) => {
      await mkdir(folder, { recursive: true });
      const passwords = join(folder, "htpasswd");
      const sha1 = createHash("sha1").update(PASSWORD).digest("base64");
      await writeFile(passwords, `${USER}:{SHA}${sha1}\n`);
      const [http, grpc] = [await freePort(), await freePort()];
      const args = [
        `--dir=${join(folder, "data")}`,
        `--max_size=${STORE_GIB}`,
        "--storage_mode=uncompressed",
        "--access_log_level=none",
        `--http_address=127.0.0.1:${http}`,
        `--grpc_address=127.0.0.1:${grpc}`,
        `--htpasswd_file=${passwords}`,
      ];
      const server = await ServerProcess.start({ file, args, cores });
      await server.untilListening([http, grpc]);
      return {
        name,
        pid: server.pid,
        grpc: `127.0.0.1:${grpc}`,
        http: `127.0.0.1:${http}`,
        authorization: `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString("base64")}`,
        [Symbol.asyncDispose]: async () => await server[Symbol.asyncDispose](),
      };
    },
  };
}
