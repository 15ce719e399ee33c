import { once } from "node:events";
import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { text } from "node:stream/consumers";
import { connect, type TLSSocket } from "node:tls";
import { describe, expect, test } from "vitest";
import { Authority, type Certified } from "../support/certificates.node.ts";
import { type Hayloft, startHayloft } from "../support/hayloft.node.ts";
import { TlsFolder } from "./tls-files-folder.node.ts";

const servers = new Authority("servers");
const own = servers.issue({ names: [["DNS", "localhost"]] });

/** Time enough to connect; certificates count in whole seconds. */
const SHORT_MS = 2500;

const workers = process.platform === "linux" ? ["1", "2"] : ["1"];

describe.each([...workers.map((count) => ["--workers", count]), ["--http2", "node"]])(
  "connections that came with a certificate, with %s %s",
  (...args) => {
    const start = async (files: TlsFolder): Promise<Hayloft> =>
      await startHayloft({ args: [...files.args, ...args] });

    test("end once it has expired, and their client hears why", async () => {
      const clients = new Authority("clients");
      await using files = await TlsFolder.make(own, clients.cert);
      await using server = await start(files);
      const short = clients.issue({ goodForMs: SHORT_MS });
      const [http2, http1] = [overHttp2(server, short), overHttp1(server, short)];
      const [left, closed] = [once(http2, "goaway"), once(http1, "close")];
      expect((await ask(http2)).status).toBe(200);
      expect(await askHttp1(http1)).toMatch(/^HTTP\/1.1 200 .*keep-alive/s);

      const why = /the certificate has expired at 20.*Z; connect again with a new one/;
      await expect.poll(async () => (await ask(http2)).body, poll).toMatch(why);
      expect((await left)[0]).toBe(0);
      expect(await askHttp1(http1)).toMatch(/^HTTP\/1.1 401 .*connection: close/is);
      await closed;
    });

    test("end when the authorities change, with the requests under way", async () => {
      const [before, after] = [new Authority("clients"), new Authority("clients")];
      await using files = await TlsFolder.make(own, before.cert);
      await using server = await start(files);
      const veteran = before.issue({});
      const [http2, http1] = [overHttp2(server, veteran), overHttp1(server, veteran)];
      const [left, closed] = [once(http2, "goaway"), once(http1, "close")];
      const upload = http2.request({
        ":method": "PUT",
        ":path": `/cas/${HASH_OF_X}`,
        "content-length": "1",
      });
      const answered = once(upload, "response");
      expect((await ask(http2)).status).toBe(200);
      expect(await askHttp1(http1)).toMatch(/^HTTP\/1.1 200 .*keep-alive/s);

      await files.swap(own, after.cert);
      process.kill(server.pid, "SIGHUP");
      expect((await left)[0]).toBe(0);
      upload.end("x");
      expect((await answered)[0]).toMatchObject({ ":status": 200 });
      await once(upload.resume(), "close");
      await expect.poll(() => http2.closed, poll).toBe(true);
      expect(await askHttp1(http1)).toMatch(/^HTTP\/1.1 200 .*connection: close/is);
      await closed;
    });
  },
);

const HASH_OF_X = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";

const poll = { timeout: 10_000, interval: 100 };

function overHttp2({ address }: Hayloft, shown: Certified): ClientHttp2Session {
  const options = { ...shown, ca: servers.cert, servername: "localhost" };
  return connectHttp2(`https://${address}`, options).on("error", () => undefined);
}

async function ask(
  session: ClientHttp2Session,
): Promise<{ readonly status: number | undefined; readonly body: string }> {
  const stream = session.request({ ":path": "/metrics" });
  let status: number | undefined;
  stream.once("response", (headers) => (status = headers[":status"]));
  return { body: await text(stream), status };
}

function overHttp1({ address }: Hayloft, shown: Certified): TLSSocket {
  const port = Number(address.slice(address.lastIndexOf(":") + 1));
  const socket = connect({ port, servername: "localhost", ca: servers.cert, ...shown });
  return socket.setEncoding("utf8").on("error", () => socket.destroy());
}

/** The answer as far as it comes at once. */
async function askHttp1(socket: TLSSocket): Promise<string> {
  socket.write("GET /metrics HTTP/1.1\r\nhost: h\r\n\r\n");
  return String(await once(socket, "data"));
}
