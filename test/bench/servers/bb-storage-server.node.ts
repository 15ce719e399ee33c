import { generateKeyPairSync, sign } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { GIB } from "../../support/units.ts";
import { type Contestant, STORE_GIB } from "./bench-server.ts";
import { freePort } from "./free-port.node.ts";
import { ServerProcess } from "./server-process.node.ts";

const KEY_ID = "bench";

/** With its cache of what was found intact, without which it would hash whatever it reads. */
export function bbStorage(file: string, version: string): Contestant {
  const name = "bb-storage";
  return {
    name,
    version,
    notes:
      "a JWT signed by Ed25519, validated once; what was read once is not checked again for four hours; " +
      "an upload is acknowledged once it is in memory that the disk backs, and synced within five minutes",
    hasHttp: false,
    start: async ({ folder, cores }) => {
      const port = await freePort();
      const grpc = `127.0.0.1:${port}`;
      const { token, keySet } = makeToken();
      for (const store of ["cas", "ac"]) {
        await mkdir(join(folder, store, "state"), { recursive: true });
      }
      const configuration = join(folder, "bb.jsonnet");
      await writeFile(configuration, JSON.stringify(configurationOf(folder, grpc, keySet)));
      const server = await ServerProcess.start({ file, args: [configuration], cores });
      await server.untilListening([port]);
      return {
        name,
        pid: server.pid,
        grpc,
        http: undefined,
        authorization: `Bearer ${token}`,
        [Symbol.asyncDispose]: async () => await server[Symbol.asyncDispose](),
      };
    },
  };
}

function configurationOf(folder: string, grpc: string, keySet: object): object {
  const allow = { allow: {} };
  return {
    contentAddressableStorage: {
      backend: storeIn(join(folder, "cas"), { gib: STORE_GIB, newBlocks: 3 }),
      getAuthorizer: allow,
      putAuthorizer: allow,
      findMissingAuthorizer: allow,
    },
    actionCache: {
      backend: {
        completenessChecking: {
          backend: storeIn(join(folder, "ac"), { gib: 1, newBlocks: 1 }),
          maximumTotalTreeSizeBytes: 64 * 1024 ** 2,
        },
      },
      getAuthorizer: allow,
      putAuthorizer: allow,
    },
    grpcServers: [{ listenAddresses: [grpc], authenticationPolicy: { jwt: jwtBy(keySet) } }],
    executeAuthorizer: allow,
    maximumMessageSizeBytes: 16 * 1024 ** 2,
  };
}

function storeIn(folder: string, { gib, newBlocks }: { gib: number; newBlocks: number }): object {
  return {
    local: {
      keyLocationMapOnBlockDevice: {
        file: { path: join(folder, "map"), sizeBytes: 256 * 1024 ** 2 },
      },
      keyLocationMapMaximumGetAttempts: 16,
      keyLocationMapMaximumPutAttempts: 64,
      oldBlocks: 8,
      currentBlocks: 24,
      newBlocks,
      blocksOnBlockDevice: {
        source: { file: { path: join(folder, "blocks"), sizeBytes: gib * GIB } },
        spareBlocks: 3,
        dataIntegrityValidationCache: {
          cacheSize: 100_000,
          cacheDuration: "14400s",
          cacheReplacementPolicy: "LEAST_RECENTLY_USED",
        },
      },
      persistent: { stateDirectoryPath: join(folder, "state"), minimumEpochInterval: "300s" },
    },
  };
}

function jwtBy(keySet: object): object {
  return {
    jwksInline: keySet,
    maximumCacheSize: 1000,
    cacheReplacementPolicy: "LEAST_RECENTLY_USED",
    claimsValidationJmespathExpression: { expression: "`true`" },
    metadataExtractionJmespathExpression: { expression: "`{}`" },
  };
}

function makeToken(): { readonly token: string; readonly keySet: object } {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const base64 = (value: object): string =>
    Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { sub: "bench", exp: Math.floor(Date.now() / 1000) + 24 * 3600 };
  const signed = `${base64({ alg: "EdDSA", typ: "JWT", kid: KEY_ID })}.${base64(claims)}`;
  const signature = sign(null, Buffer.from(signed), privateKey).toString("base64url");
  const key = { ...publicKey.export({ format: "jwk" }), kid: KEY_ID, alg: "EdDSA", use: "sig" };
  return { token: `${signed}.${signature}`, keySet: { keys: [key] } };
}
