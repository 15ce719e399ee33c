import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { connect as connectHttp2, type SecureClientSessionOptions } from "node:http2";
import { Agent as HttpsAgent, request as httpsRequest, type RequestOptions } from "node:https";
import { connect } from "node:net";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { ContentAddressableStorage } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { clientsOn } from "../conformance/check.ts";
import { outcome } from "../conformance/outcome.ts";
import { createTarget } from "../conformance/target.node.ts";

/** How a server is reached, and what it is shown. */
export interface Reach {
  readonly baseUrl: string;
  /** What connections are made with: certificates, or a socket. */
  readonly connection?: Pick<
    SecureClientSessionOptions & RequestOptions,
    "ca" | "cert" | "key" | "socketPath"
  >;
  readonly authorization?: string;
}

/** What a server says to somebody who wants to look into one instance; `undefined` where it says nothing. */
export type Verdict = "OK" | "Unauthenticated" | "PermissionDenied" | undefined;

type WayIn = (reach: Reach, instanceName: string) => Promise<Verdict>;

/** Every way for a request to come in. */
export const waysIn: Readonly<Record<string, WayIn>> = {
  "native gRPC in its lane": async (reach, instanceName) =>
    await overHttp2("grpc", reach, async ({ cas }) => await cas.findMissingBlobs({ instanceName })),
  "native gRPC beside the lane": async (reach, instanceName) =>
    await overHttp2("grpc", reach, async ({ capabilities, actions }) => {
      // Who may do what in which instance is not its affair.
      await capabilities.getCapabilities({ instanceName });
      return await actions.getActionResult({ instanceName, actionDigest: nothing });
    }),
  "Connect over HTTP/2": async (reach, instanceName) =>
    await overHttp2(
      "connect",
      reach,
      async ({ cas }) => await cas.findMissingBlobs({ instanceName }),
    ),
  "Connect over HTTP/1.1": async (reach, instanceName) => {
    const { baseUrl, authorization } = reach;
    const agent = agentFor(reach);
    const nodeOptions = { agent };
    const transport = createConnectTransport({ baseUrl, httpVersion: "1.1", nodeOptions });
    const cas = createClient(ContentAddressableStorage, transport);
    const headers = headersOf(authorization);
    const code = await outcome(cas.findMissingBlobs({ instanceName }, { headers }));
    agent.destroy();
    return verdictOf(code);
  },
  "the HTTP cache over HTTP/1.1": async (reach, instanceName) => {
    const { baseUrl, authorization } = reach;
    const agent = agentFor(reach);
    const request = agent instanceof HttpsAgent ? httpsRequest : httpRequest;
    const path = `${baseUrl}/${instanceName}/cas/${nothing.hash}`;
    const asked = request(path, { agent, headers: headersOf(authorization) });
    const status = await new Promise<number>((resolve) => {
      asked
        .once("error", () => resolve(0))
        .once("response", (response) => {
          response.resume().once("end", () => resolve(response.statusCode ?? 0));
        });
      asked.end();
    });
    agent.destroy();
    return statusVerdicts.get(status);
  },
  "the HTTP cache over HTTP/2": async ({ baseUrl, connection, authorization }, instanceName) => {
    const session = connectHttp2(baseUrl, sessionOptions(connection));
    try {
      return await new Promise((resolve) => {
        session.once("error", () => resolve(undefined)).once("close", () => resolve(undefined));
        const path = `/${instanceName}/cas/${nothing.hash}`;
        const stream = session.request({ ":path": path, ...headersOf(authorization) });
        stream.on("error", () => undefined);
        stream.once("response", (headers) => resolve(statusVerdicts.get(headers[":status"] ?? 0)));
      });
    } finally {
      session.destroy();
    }
  },
};

/** The same by each of them. */
export async function byEveryWay(reach: Reach, instanceName: string): Promise<Verdicts> {
  const asked = Object.entries(waysIn).map(
    async ([name, way]) => [name, await way(reach, instanceName)] as const,
  );
  return Object.fromEntries(await Promise.all(asked));
}

export type Verdicts = Readonly<Record<string, Verdict>>;

export function everyWay(verdict: Verdict): Verdicts {
  return Object.fromEntries(Object.keys(waysIn).map((name) => [name, verdict]));
}

const nothing = { hash: "ab".repeat(32), sizeBytes: 1n };

async function overHttp2(
  protocol: "grpc" | "connect",
  { baseUrl, connection, authorization }: Reach,
  ask: (clients: ReturnType<typeof clientsOn>) => Promise<unknown>,
): Promise<Verdict> {
  const target = createTarget({ baseUrl, protocol, session: sessionOptions(connection) });
  using connected = target.connect(authorization === undefined ? {} : { authorization });
  return verdictOf(await outcome(ask(clientsOn(connected))));
}

/** HTTP/2 has no word for sockets. */
function sessionOptions(connection: Reach["connection"] = {}): SecureClientSessionOptions {
  const { socketPath, ...tls } = connection;
  if (typeof socketPath !== "string") return tls;
  return { createConnection: () => connect(socketPath) };
}

function agentFor({ baseUrl, connection }: Reach): HttpAgent {
  const options = { ...connection, keepAlive: true };
  return baseUrl.startsWith("https:") ? new HttpsAgent(options) : new HttpAgent(options);
}

function verdictOf(code: Awaited<ReturnType<typeof outcome>>): Verdict {
  if (code === "NotFound") return "OK";
  const isVerdict = code === "OK" || code === "Unauthenticated" || code === "PermissionDenied";
  return isVerdict ? code : undefined;
}

const statusVerdicts: ReadonlyMap<number, Verdict> = new Map([
  [404, "OK"],
  [401, "Unauthenticated"],
  [403, "PermissionDenied"],
]);

function headersOf(authorization: string | undefined): Record<string, string> {
  return authorization === undefined ? {} : { authorization };
}
