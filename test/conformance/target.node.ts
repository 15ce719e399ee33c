import { Agent } from "node:http";
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
  readonly notApplicable?: ReadonlyMap<string, string>;
  /** What TLS needs beyond the system's trust: `ca`, or `cert` and `key`. */
  readonly session?: SecureClientSessionOptions;
  /** 2, unless the server speaks none; native gRPC needs it. */
  readonly httpVersion?: "1.1" | "2";
}

export function createTarget(options: TargetOptions): Target {
  const { baseUrl, protocol, knownGaps = new Map(), notApplicable = new Map() } = options;
  return {
    baseUrl,
    protocol,
    knownGaps,
    notApplicable,
    connect: (wishes = {}) => connect(options, wishes),
  };
}

function connect(
  { baseUrl, protocol, session, httpVersion = "2" }: TargetOptions,
  { readMaxBytes, gzip = false }: ConnectOptions,
): Connection {
  const common = {
    baseUrl,
    ...(readMaxBytes === undefined ? {} : { readMaxBytes }),
    ...(gzip ? { sendCompression: compressionGzip, compressMinBytes: 0 } : {}),
  };
  if (httpVersion === "1.1") {
    const agent = new Agent({ keepAlive: true });
    const nodeOptions = { agent };
    const transport = createTransport(protocol, { ...common, httpVersion, nodeOptions });
    return { transport, [Symbol.dispose]: () => agent.destroy() };
  }
  const sessionManager = new Http2SessionManager(baseUrl, {}, session);
  const transport = createTransport(protocol, { ...common, httpVersion, sessionManager });
  return { transport, [Symbol.dispose]: () => sessionManager.abort() };
}

type HttpOptions = Parameters<typeof createConnectTransport>[0];

function createTransport(protocol: Protocol, options: HttpOptions): Transport {
  switch (protocol) {
    case "grpc":
      if (options.httpVersion !== "2") throw new Error("native gRPC needs HTTP/2");
      return createGrpcTransport(options);
    case "connect":
      return createConnectTransport(options);
    case "grpc-web":
      return createGrpcWebTransport(options);
  }
}
