import { fileURLToPath } from "node:url";
import { limits } from "../../../shared/limits.ts";
import { ServerProcess } from "../../bench/servers/server-process.node.ts";
import { MIB } from "../../support/bytes.ts";
import { sizeText } from "../../support/units.ts";
import type { SoakAccess } from "./access.node.ts";
import { LogTroubles } from "./log-troubles.ts";
import type { SoakedServer } from "./soaked-server.ts";

const mainFile = fileURLToPath(new URL("../../../functions/node/main.node.ts", import.meta.url));
const clockFile = new URL("quick-clock.node.ts", import.meta.url).href;

/** Builds and uses of old blobs write, too, and have as much. */
const SYNTHETIC_SHARE = 0.5;

/** Of a disk store, what may be written in one lease: its old blocks, 4 of 14, of 15 parts of 16. From 8 GiB on it is as much. */
const WRITTEN_PER_LEASE = (15 / 16) * (4 / 14);

/** Blobs here are smaller than a store of this size expects, which would forget some before their time. */
const GEOMETRY = "average=8192,action-average=1024";

export interface NodeShapeOptions {
  readonly folder: string;
  readonly access: SoakAccess;
  readonly leaseMs: number;
  readonly sizeBytes: number;
  readonly workers: number;
}

/** `hayloft serve` as it is, but for its clock. */
export async function startNodeShape({
  folder,
  access,
  leaseMs,
  sizeBytes,
  workers,
}: NodeShapeOptions): Promise<SoakedServer> {
  const speed = limits.leaseMs / leaseMs;
  const troubles = new LogTroubles();
  const args = [
    `--import=${clockFile}`,
    mainFile,
    "serve",
    "--listen=127.0.0.1:0",
    `--data=${folder}`,
    `--size=${sizeBytes / MIB}MiB`,
    `--workers=${workers}`,
    `--geometry=${GEOMETRY}`,
    "--log-format=json",
  ];
  const env = { SOAK_CLOCK: `${Date.now()} ${speed}`, HAYLOFT_ACCESS: access.policy };
  const server = await ServerProcess.start(
    { file: process.execPath, args, env, cores: undefined },
    (text) => troubles.hear(text),
  );
  const address = await server.until(
    () => /listening on (?<address>\S+:\d+)\D/.exec(server.output)?.groups?.["address"],
  );
  const url = `http://${address}`;
  return {
    url,
    address,
    pid: server.pid,
    leaseMs,
    ways: {
      protocols: ["grpc", "grpc", "grpc", "connect", "grpc-web"],
      httpVersion: "2",
      resumes: workers === 1,
      mostBlobBytes: 8 * MIB,
    },
    uploadBytesPerSecond: (sizeBytes * WRITTEN_PER_LEASE * SYNTHETIC_SHARE) / (leaseMs / 1000),
    folder,
    metrics: async () => {
      const authorization = `Bearer ${access.tokens.read}`;
      // Kept, the connection would count among those that are open.
      const answer = await fetch(`${url}/metrics`, {
        headers: { authorization, connection: "close" },
      });
      return answer.ok ? await answer.text() : "";
    },
    liveHeapBytes: async () => undefined,
    log: () => troubles.text,
    ownDescriptors: 0,
    notes:
      `\`hayloft serve --size ${sizeText(sizeBytes).replace(" ", "")} --workers ${workers}\` with a disk store and tokens. ` +
      `Its clock goes ${Math.round(speed)} times as fast, so that a lease of ${limits.leaseMs / 3_600_000} h is over in ${Math.round(leaseMs / 1000)} s, and what nobody uses goes`,
    [Symbol.asyncDispose]: async () => await server[Symbol.asyncDispose](),
  };
}
