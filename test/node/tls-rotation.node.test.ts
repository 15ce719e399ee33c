import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { text } from "node:stream/consumers";
import { connect, type TLSSocket } from "node:tls";
import { describe, expect, test } from "vitest";
import { Authority, type Certified } from "../support/certificates.node.ts";
import { type Hayloft, startHayloft } from "../support/hayloft.node.ts";
import { parsePrometheus } from "../support/prometheus.ts";
import { TlsFolder } from "./tls-files-folder.node.ts";

const servers = new Authority("servers");
const localhost = { names: [["DNS", "localhost"]] } as const;

const HOUR_MS = 3_600_000;

/** Connections enough that each of the workers gets some. */
const CONNECTIONS = 16;

const workers = process.platform === "linux" ? ["1", "2"] : ["1"];

describe.each(workers)("a server whose files are exchanged, with %s thread(s)", (count) => {
  const start = async (files: TlsFolder): Promise<Hayloft> =>
    await startHayloft({ args: [...files.args, "--workers", count] });

  test("new connections get the new certificate, and those that are there go on", async () => {
    const clients = new Authority("clients");
    const client = clients.issue({});
    const first = servers.issue({ ...localhost, goodForMs: 2 * HOUR_MS });
    await using files = await TlsFolder.make(first, clients.cert);
    await using server = await start(files);
    using old = new Connection(server, client);
    expect(await old.ask()).toBe(200);
    expect(await old.certificateEndMs()).toBe(endOf(first));

    const half = servers.issue(localhost);
    await files.swap({ ...half, key: first.key }, clients.cert);
    process.kill(server.pid, "SIGHUP");
    await expect.poll(() => server.output()).toContain("what was good goes on");
    expect(await shownBy(server, client)).toEqual(new Set([first.cert]));

    const second = servers.issue(localhost);
    await files.swap(second, clients.cert);
    process.kill(server.pid, "SIGHUP");
    await expect.poll(async () => await shownBy(server, client)).toEqual(new Set([second.cert]));
    expect(await old.certificateEndMs()).toBe(endOf(second));
    expect(old.connections).toBe(1);
    expect(server.output().match(/what was good goes on/g)).toHaveLength(1);
  });

  test("clients of an authority come in as long as it is among those that are trusted", async () => {
    const [before, after] = [new Authority("clients"), new Authority("clients")];
    const [veteran, newcomer] = [before.issue({}), after.issue({})];
    const own = servers.issue(localhost);
    await using files = await TlsFolder.make(own, before.cert);
    await using server = await start(files);
    const admitted = async (): Promise<readonly string[]> => [
      await comeIn(server, veteran),
      await comeIn(server, newcomer),
    ];
    expect(await admitted()).toEqual(["all", "none"]);
    using old = new Connection(server, veteran);
    expect(await old.ask()).toBe(200);
    const ticket = await sessionOf(server, veteran);

    await files.swap(own, before.cert + after.cert);
    process.kill(server.pid, "SIGHUP");
    await expect.poll(admitted).toEqual(["all", "all"]);

    await files.swap(own, after.cert);
    process.kill(server.pid, "SIGHUP");
    await expect.poll(admitted).toEqual(["none", "all"]);
    expect(await comeIn(server, { ...veteran, session: ticket })).toBe("none");
  });
});

test("no session is resumed, for its certificate would not be checked again", async () => {
  const clients = new Authority("clients");
  const client = clients.issue({});
  await using files = await TlsFolder.make(servers.issue(localhost), clients.cert);
  await using server = await startHayloft({ args: files.args });
  for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
    const session = await sessionOf(server, client, maxVersion);
    const socket = open(server, { ...client, session, maxVersion });
    await once(socket, "secureConnect");
    expect([socket.getProtocol(), socket.isSessionReused()]).toEqual([maxVersion, false]);
    socket.destroy();
  }
});

/** One connection that is used again. */
class Connection implements Disposable {
  readonly #url: string;
  readonly #agent: Agent;
  readonly #sockets = new Set<unknown>();

  constructor({ address }: Hayloft, shown: Certified) {
    this.#url = `https://${address}/metrics`;
    this.#agent = new Agent({
      ...shown,
      ca: servers.cert,
      servername: "localhost",
      keepAlive: true,
    });
  }

  get connections(): number {
    return this.#sockets.size;
  }

  async ask(): Promise<number | undefined> {
    return (await this.#metrics()).status;
  }

  /** When the certificate that new connections get ends, in milliseconds since the epoch, as the metrics have it. */
  async certificateEndMs(): Promise<number> {
    const { page } = await this.#metrics();
    return parsePrometheus(page).sum("hayloft_certificate_end_seconds") * 1000;
  }

  async #metrics(): Promise<{ readonly status: number | undefined; readonly page: string }> {
    const asked = request(this.#url, { agent: this.#agent });
    asked.once("socket", (socket) => this.#sockets.add(socket));
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      asked.once("response", resolve).once("error", reject).end();
    });
    return { status: response.statusCode, page: await text(response) };
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}

function endOf({ cert }: Certified): number {
  return Date.parse(new X509Certificate(cert).validTo);
}

type Shown = Certified & { readonly session?: Buffer; readonly maxVersion?: "TLSv1.2" | "TLSv1.3" };

function open({ address }: Hayloft, shown: Shown): TLSSocket {
  const port = Number(address.slice(address.lastIndexOf(":") + 1));
  const socket = connect({ port, servername: "localhost", ca: servers.cert, ...shown });
  return socket.on("error", () => socket.destroy());
}

/** Of how many connections with this the server takes a request, while it ends the others. */
async function comeIn(server: Hayloft, shown: Shown): Promise<"all" | "some" | "none"> {
  const all = Array.from({ length: CONNECTIONS }, async () => {
    const socket = open(server, shown);
    socket.write("GET /metrics HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n");
    return (await text(socket).catch(() => "")).startsWith("HTTP/1.1 200 ");
  });
  const [first, ...others] = new Set(await Promise.all(all));
  if (others.length > 0) return "some";
  return first === true ? "all" : "none";
}

/** What a client keeps to go on with a session, where the server lets it. */
async function sessionOf(
  server: Hayloft,
  shown: Certified,
  maxVersion: "TLSv1.2" | "TLSv1.3" = "TLSv1.3",
): Promise<Buffer> {
  const socket = open(server, { ...shown, maxVersion });
  let session: Buffer | undefined;
  socket.on("session", (each: Buffer) => (session = each));
  socket.write("GET /metrics HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n");
  await text(socket);
  return session ?? Buffer.alloc(0);
}

/** The certificates that the server shows, in PEM. */
async function shownBy(server: Hayloft, client: Certified): Promise<ReadonlySet<string>> {
  const all = Array.from({ length: CONNECTIONS }, async () => {
    const socket = open(server, client);
    await once(socket, "secureConnect");
    const pem = socket.getPeerX509Certificate()?.toString() ?? "";
    socket.destroy();
    return pem;
  });
  return new Set(await Promise.all(all));
}
