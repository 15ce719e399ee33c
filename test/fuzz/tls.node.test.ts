import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { describe, type ExpectStatic, it } from "vitest";
import { clientsOn } from "../conformance/check.ts";
import { outcome } from "../conformance/outcome.ts";
import { createTarget } from "../conformance/target.node.ts";
import { dial } from "../support/dial.node.ts";
import { type Hayloft, startHayloft } from "../support/hayloft.node.ts";
import { sessionBytes } from "../support/http2-frames.node.ts";
import { attack } from "./campaign.node.ts";
import { exchange, lastWords } from "./exchange.node.ts";
import { mutate } from "./mutate.node.ts";
import type { Random } from "./random.node.ts";
import { sampleFrames } from "./sessions.node.ts";

const certFile = new URL("../node/fixtures/localhost.cert.pem", import.meta.url);
const keyFile = new URL("../node/fixtures/localhost.key.pem", import.meta.url);
const ca = readFileSync(certFile);
const session = sessionBytes(sampleFrames());

/** What a TLS client says first. */
async function recordHello(): Promise<Buffer> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const client = connectTls({ port, host: "127.0.0.1", ALPNProtocols: ["h2"] });
  client.on("error", () => client.destroy());
  const [accepted] = (await once(server, "connection")) as [Socket];
  const [hello] = (await once(accepted, "data")) as [Buffer];
  client.destroy();
  server.close();
  return hello;
}

/** Says `bytes` inside a TLS connection that is as it should be. */
async function exchangeInside(address: string, bytes: Buffer): Promise<void> {
  const ALPNProtocols = ["h2"];
  const socket = connectTls({ socket: dial(address), ca, servername: "localhost", ALPNProtocols });
  socket.on("error", () => socket.destroy());
  socket.once("secureConnect", () => socket.write(bytes));
  await lastWords(socket);
}

async function expectServing({ address }: Hayloft, expect: ExpectStatic): Promise<void> {
  const baseUrl = `https://${address.replace("127.0.0.1", "localhost")}`;
  using connection = createTarget({ baseUrl, protocol: "grpc", session: { ca } }).connect();
  expect(await outcome(clientsOn(connection).capabilities.getCapabilities({}))).toBe("OK");
}

describe("bytes that are not quite TLS", () => {
  it("change nothing, whatever they are", async ({ expect }) => {
    const args = ["--tls-cert", certFile.pathname, "--tls-key", keyFile.pathname];
    await using hayloft = await startHayloft({ args });
    const { address } = hayloft;
    const quiet = hayloft.output();
    const hello = await recordHello();
    const attempts = [
      async (random: Random) => await exchange(address, random.bytes(random.below(300))),
      async (random: Random) => await exchange(address, mutate(hello, random)),
      async () => await exchange(address, session),
      async (random: Random) => await exchangeInside(address, mutate(session, random)),
    ] as const;
    await attack(hayloft, expect, {
      runs: 600,
      run: async (random) => void (await random.pick(attempts)(random)),
      health: {
        expectGood: async () => {
          await expectServing(hayloft, expect);
          expect(hayloft.output()).toBe(quiet);
        },
      },
    });
  });
});
