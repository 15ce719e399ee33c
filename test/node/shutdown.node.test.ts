import { once } from "node:events";
import { request as httpRequest, Agent, type ClientRequest, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { createHash, randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect, test } from "vitest";
import {
  Health,
  HealthCheckResponse_ServingStatus as Status,
} from "../../shared/proto/gen/grpc/health/v1/health_pb.ts";
import { ByteStream } from "../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import { type Hayloft, startHayloft } from "../support/hayloft.node.ts";

const blob = Buffer.alloc(1024 * 1024, "bale");
const hash = createHash("sha256").update(blob).digest("hex");

test("SIGTERM lets a gRPC upload under way finish, and health watchers know at once", async () => {
  await using server = await startHayloft();
  const transport = createGrpcTransport({ baseUrl: server.url });
  const watched = createClient(Health, transport).watch({});
  const statuses = Array.fromAsync(watched, ({ status }) => status);

  const go = Promise.withResolvers<void>();
  const byteStream = createClient(ByteStream, transport);
  const resourceName = `uploads/${randomUUID()}/blobs/${hash}/${blob.byteLength}`;
  const written = byteStream.write(
    (async function* () {
      yield { resourceName, data: blob.subarray(0, 1000) };
      await go.promise;
      yield { writeOffset: 1000n, data: blob.subarray(1000), finishWrite: true };
    })(),
  );
  // What the client has sent may not have arrived: the server is asked what it has.
  const arrived = () => byteStream.queryWriteStatus({ resourceName });
  await expect.poll(arrived).toMatchObject({ committedSize: 1000n });
  const stopped = server.stop();
  expect(await statuses).toEqual([Status.SERVING, Status.NOT_SERVING]);
  go.resolve();
  expect((await written).committedSize).toBe(BigInt(blob.byteLength));
  expect(await stopped).toBe(0);
});

test("SIGTERM lets an HTTP upload under way finish, and closes idle connections", async () => {
  await using server = await startHayloft();
  const agent = new Agent({ keepAlive: true });
  const headers = { "content-length": blob.byteLength };
  const put = httpRequest(`${server.url}/cas/${hash}`, { method: "PUT", headers, agent });
  put.write(blob.subarray(0, 1000));
  const silent = connect(Number(server.address.split(":")[1]), "127.0.0.1").resume();
  await once(silent, "connect");
  const idle = await fetch(`${server.url}/status`);
  await idle.text();

  const stopped = server.stop();
  await once(silent, "close");
  put.end(blob.subarray(1000));
  const response = await responseOf(put);
  expect(response.statusCode).toBe(200);
  expect(response.headers.connection).toBe("close");
  response.resume();
  expect(await stopped).toBe(0);
  await expect(fetch(`${server.url}/status`)).rejects.toThrow();
});

test("SIGTERM does not wait for long for whoever reads the log, and has stopped reading", async () => {
  const main = fileURLToPath(new URL("../../functions/node/main.node.ts", import.meta.url));
  const unread = 'exec "$0" "$@" 2> >(exec sleep 20 > /dev/null 2>&1)';
  await using server = await startHayloft({
    command: ["bash", "-c", unread, process.execPath, main],
    env: { HAYLOFT_LOG_LEVEL: "info" },
  });
  // More than a pipe holds.
  for (let lines = 0; lines < 100; lines += 1) {
    await (await fetch(`${server.url}/${"long".repeat(250)}/cas/${hash}`)).text();
  }
  expect(await server.stop()).toBe(0);
});

test("SIGTERM does not wait for connections that have asked for nothing", async () => {
  const [cert, key] = ["cert", "key"].map(
    (name) => new URL(`fixtures/localhost.${name}.pem`, import.meta.url).pathname,
  );
  await using server = await startHayloft({
    args: ["--tls-cert", cert ?? "", "--tls-key", key ?? ""],
  });
  const port = Number(server.address.split(":")[1]);
  const raw = connect(port, "127.0.0.1").resume();
  await once(raw, "connect");
  const shaken = ["h2", "http/1.1"].map((protocol) =>
    connectTls({ port, ALPNProtocols: [protocol], rejectUnauthorized: false })
      .on("error", () => undefined)
      .resume(),
  );
  await Promise.all(shaken.map(async (socket) => void (await once(socket, "secureConnect"))));
  shaken[1]?.write("GET /status HTTP/1.1\r\nHost: h\r\n");
  expect(await server.stop()).toBe(0);
});

test.for([["1"], ["2"]])(
  "with a drain delay and %s threads, a server that stops is not ready first, and still serves",
  async ([workers = "1"]) => {
    await using server = await startHayloft({
      args: ["--drain-delay", "2s", "--workers", workers],
    });
    const statuses: Status[] = [];
    const watching = (async () => {
      const client = createClient(Health, createGrpcTransport({ baseUrl: server.url }));
      for await (const { status } of client.watch({})) statuses.push(status);
    })();
    await expect.poll(() => statuses).toEqual([Status.SERVING]);
    const agent = new Agent({ keepAlive: true });
    const stopped = server.stop();
    const ready = async (): Promise<readonly [number, string]> => {
      const response = await fetch(`${server.url}/readyz`);
      return [response.status, await response.text()];
    };
    await expect.poll(ready).toEqual([503, "the server is stopping\n"]);
    await watching;
    expect(statuses).toEqual([Status.SERVING, Status.NOT_SERVING]);
    const put = httpRequest(`${server.url}/cas/${hash}`, { method: "PUT", agent });
    put.end(blob);
    const response = await responseOf(put);
    response.resume();
    // Its client may look for another server.
    expect([response.statusCode, response.headers.connection]).toEqual([200, "close"]);
    expect(await stopped).toBe(0);
  },
);

test("a second signal ends the process at once", async () => {
  await using server = await startHayloft();
  const put = httpRequest(`${server.url}/cas/${hash}`, {
    method: "PUT",
    headers: { "content-length": blob.byteLength },
  });
  put.on("error", () => undefined);
  put.write(blob.subarray(0, 1000));
  await once(put, "socket");
  await fetch(`${server.url}/status`).then((response) => response.text());
  const ending = await watchEnd(server);
  const stopped = server.stop();
  await ending.heard;
  process.kill(server.pid, "SIGTERM");
  expect(await stopped).toBe(null);
});

/** Hears when the server begins to stop. */
async function watchEnd({ url }: Hayloft): Promise<{ readonly heard: Promise<void> }> {
  const serves = Promise.withResolvers<void>();
  const heard = (async () => {
    const client = createClient(Health, createGrpcTransport({ baseUrl: url }));
    for await (const { status } of client.watch({})) {
      if (status !== Status.SERVING) return;
      serves.resolve();
    }
  })();
  await serves.promise;
  return { heard };
}

async function responseOf(request: ClientRequest): Promise<IncomingMessage> {
  return await new Promise((resolve, reject) => {
    request.once("response", resolve).once("error", reject);
  });
}
