import { Agent } from "node:http";
import type { SecureClientSessionOptions } from "node:http2";
import type { Interceptor, Transport } from "@connectrpc/connect";
import {
  compressionGzip,
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
  Http2SessionManager,
} from "@connectrpc/connect-node";
import type { Hands } from "./hands.ts";
import type { Connection, ConnectOptions, Credentials, Protocol, Target } from "./target.ts";

export interface TargetOptions {
  readonly baseUrl: string;
  readonly protocol: Protocol;
  /** Where its HTTP cache is, if not at the same address; false, if it has none. */
  readonly httpUrl?: string | false;
  readonly onlyInstance?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly knownGaps?: ReadonlyMap<string, string>;
  readonly notApplicable?: ReadonlyMap<string, string>;
  readonly partly?: ReadonlyMap<string, string>;
  readonly credentials?: Credentials;
  readonly hands?: Hands;
  /** What TLS needs beyond the system's trust: `ca`, or `cert` and `key`. */
  readonly session?: SecureClientSessionOptions;
  /** 2, unless the server speaks none; native gRPC needs it. */
  readonly httpVersion?: "1.1" | "2";
}

const NONE: ReadonlyMap<string, string> = new Map();

export function createTarget(options: TargetOptions): Target {
  const { baseUrl, protocol, onlyInstance, credentials, hands } = options;
  const { headers = {}, knownGaps = NONE, notApplicable = NONE, partly = NONE } = options;
  const { httpUrl = baseUrl } = options;
  return {
    baseUrl,
    protocol,
    ...(httpUrl === false ? {} : { httpUrl }),
    ...(onlyInstance === undefined ? {} : { onlyInstance }),
    headers,
    knownGaps,
    notApplicable,
    partly,
    ...(credentials === undefined ? {} : { credentials }),
    ...(hands === undefined ? {} : { hands }),
    connect: (wishes = {}) => connect(options, wishes),
  };
}

function connect(
  { baseUrl, protocol, headers = {}, session, httpVersion = "2" }: TargetOptions,
  { readMaxBytes, gzip = false, authorization }: ConnectOptions,
): Connection {
  const common = {
    baseUrl,
    interceptors: [
      saying({ ...headers, ...(authorization === undefined ? {} : { authorization }) }),
    ],
    ...(readMaxBytes === undefined ? {} : { readMaxBytes }),
    ...(gzip ? { sendCompression: compressionGzip, compressMinBytes: 0 } : {}),
  };
  if (httpVersion === "1.1") {
    // No call may meet a connection that its server has closed while this process stood still.
    const agent = new Agent({ keepAlive: false });
    const nodeOptions = { agent };
    const transport = createTransport(protocol, { ...common, httpVersion, nodeOptions });
    return { transport, [Symbol.dispose]: () => agent.destroy() };
  }
  const sessionManager = new Http2SessionManager(baseUrl, {}, session);
  const transport = createTransport(protocol, { ...common, httpVersion, sessionManager });
  return { transport, [Symbol.dispose]: () => sessionManager.abort() };
}

function saying(headers: Readonly<Record<string, string>>): Interceptor {
  return (next) => async (request) => {
    for (const [name, value] of Object.entries(headers)) request.header.set(name, value);
    return await next(request);
  };
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
