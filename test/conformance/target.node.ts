import type { SecureClientSessionOptions } from "node:http2";
import type { Transport } from "@connectrpc/connect";
import {
  compressionGzip,
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
  Http2SessionManager,
} from "@connectrpc/connect-node";
import type { Connection, ConnectOptions, Protocol, Target } from "./target.ts";

export interface TargetOptions {
  readonly baseUrl: string;
  readonly protocol: Protocol;
  readonly knownGaps?: ReadonlyMap<string, string>;
  /** What TLS needs beyond the system's trust: `ca`, or `cert` and `key`. */
  readonly session?: SecureClientSessionOptions;
}

export function createTarget(options: TargetOptions): Target {
  const { baseUrl, protocol, knownGaps = new Map() } = options;
  return {
    baseUrl,
    protocol,
    knownGaps,
    connect: (wishes = {}) => connect(options, wishes),
  };
}

function connect(
  { baseUrl, protocol, session }: TargetOptions,
  { readMaxBytes, gzip = false }: ConnectOptions,
): Connection {
  const sessionManager = new Http2SessionManager(baseUrl, {}, session);
  const transport = createTransport(protocol, {
    baseUrl,
    sessionManager,
    httpVersion: "2",
    ...(readMaxBytes === undefined ? {} : { readMaxBytes }),
    ...(gzip ? { sendCompression: compressionGzip, compressMinBytes: 0 } : {}),
  });
  return { transport, [Symbol.dispose]: () => sessionManager.abort() };
}

function createTransport(
  protocol: Protocol,
  options: Parameters<typeof createConnectTransport>[0] & { httpVersion: "2" },
): Transport {
  switch (protocol) {
    case "grpc":
      return createGrpcTransport(options);
    case "connect":
      return createConnectTransport(options);
    case "grpc-web":
      return createGrpcWebTransport(options);
  }
}
