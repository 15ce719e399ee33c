import { readFileSync } from "node:fs";
import { connect } from "node:http2";
import { createServer as createTlsServer } from "node:tls";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { describe, it } from "vitest";
import { SocketHttp2Server } from "../../functions/http2/http2-server.node.ts";
import {
  Health,
  HealthCheckResponse_ServingStatus,
} from "../../shared/proto/gen/grpc/health/v1/health_pb.ts";
import { ask } from "./ask.node.ts";
import { echo, portOf, serve } from "./served.node.ts";

const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../node/fixtures/localhost.${name}.pem`, import.meta.url));

describe("other clients", () => {
  it("gRPC: Connect's client has its answer, and its errors", async ({ expect }) => {
    await using served = await serve((stream) =>
      stream.receive({
        data: (bytes) => stream.release(bytes.byteLength),
        end: () => {
          const isKnown = stream.headers.get("x-known") === "yes";
          const headers = { ":status": "200", "content-type": "application/grpc+proto" };
          if (!isKnown)
            stream.end({ ...headers, "grpc-status": "5", "grpc-message": "not%20here" });
          else {
            stream.respond(headers);
            // A message of two bytes: the field `status` is 1.
            stream.write([Buffer.from([0, 0, 0, 0, 2, 8, 1])]);
            stream.end({ "grpc-status": "0" });
          }
        },
        close: () => {},
      }),
    );
    const baseUrl = `http://127.0.0.1:${served.port}`;
    const client = createClient(Health, createGrpcTransport({ baseUrl }));
    const { status } = await client.check({}, { headers: { "x-known": "yes" } });
    expect(status).toBe(HealthCheckResponse_ServingStatus.SERVING);
    await expect(client.check({})).rejects.toThrow("[not_found] not here");
  });

  it("TLS: large bodies come back as they were", async ({ expect }) => {
    const http2 = new SocketHttp2Server({
      onOpen: () => {},
      idleTimeoutMs: 60_000,
    });
    const tls = { cert: fixture("cert"), key: fixture("key"), ALPNProtocols: ["h2"] };
    const server = createTlsServer(tls, (socket) => http2.accept(socket, echo));
    const port = await portOf(server);
    const session = connect(`https://localhost:${port}`, { ca: tls.cert });
    const body = Buffer.alloc(3_000_000, "over TLS ");
    const answers = await Promise.all([ask(session, body), ask(session, Buffer.from("small"))]);
    expect(answers.map((answer) => answer.body.byteLength)).toEqual([3_000_000, 5]);
    expect(answers[0].body.equals(body)).toBe(true);
    session.close();
    server.close();
  });
});
