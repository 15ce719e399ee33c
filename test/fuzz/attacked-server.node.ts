import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ExpectStatic } from "vitest";
import { isPresent, randomBlob } from "../conformance/blobs.ts";
import { type Clients, clientsOn } from "../conformance/check.ts";
import { read, readName, writeBlob } from "../conformance/streams.ts";
import { createTarget } from "../conformance/target.node.ts";
import type { Connection } from "../conformance/target.ts";
import { MIB, sameBytes } from "../support/bytes.ts";
import { dial } from "../support/dial.node.ts";
import { type Hayloft, startHayloft } from "../support/hayloft.node.ts";
import { residentBytes } from "../support/process-status.node.ts";
import { tokenHashes, tokens } from "../support/tokens.node.ts";
import { Leftovers } from "../support/leftovers.node.ts";
import { canary } from "./sessions.node.ts";

/** About 290 MiB were measured at most. */
const MAX_RESIDENT_BYTES = 450 * MIB;
/** Far more than anybody waited, on a machine that has other work. */
const MAX_WAIT_MS = 10_000;

const certFile = new URL("../node/fixtures/localhost.cert.pem", import.meta.url);
const keyFile = new URL("../node/fixtures/localhost.key.pem", import.meta.url);
const ca = readFileSync(certFile);

export interface Shape {
  readonly http2: "own" | "node";
  readonly isTls: boolean;
}

export const shapes: Readonly<Record<string, Shape>> = {
  "own HTTP/2": { http2: "own", isTls: false },
  "own HTTP/2 over TLS": { http2: "own", isTls: true },
  "Node's HTTP/2": { http2: "node", isTls: false },
  "Node's HTTP/2 over TLS": { http2: "node", isTls: true },
};

/** A server that asks for a token, which attackers do not have, and somebody beside them who has, and wants to be served. */
export class AttackedServer implements AsyncDisposable {
  readonly #hayloft: Hayloft;
  readonly #isTls: boolean;
  readonly #leftovers: Leftovers;
  readonly #output: string;

  private constructor(hayloft: Hayloft, isTls: boolean, leftovers: Leftovers) {
    this.#hayloft = hayloft;
    this.#isTls = isTls;
    this.#leftovers = leftovers;
    this.#output = hayloft.output();
  }

  static async start({ http2, isTls }: Shape): Promise<AttackedServer> {
    const tls = ["--tls-cert", certFile.pathname, "--tls-key", keyFile.pathname];
    const args = ["--store", "memory", "--size", "64MiB", "--http2", http2, ...(isTls ? tls : [])];
    const hayloft = await startHayloft({ args: [...args, "--token-sha256", tokenHashes.write] });
    return new AttackedServer(hayloft, isTls, await Leftovers.before(hayloft));
  }

  /** A connection that attackers may do with what they want. */
  dial(protocol: "h2" | "http/1.1" = "h2"): Socket {
    const socket = dial(this.#hayloft.address);
    if (!this.#isTls) return socket;
    const tls = connectTls({ socket, ca, servername: "localhost", ALPNProtocols: [protocol] });
    return tls.on("error", () => tls.destroy());
  }

  /** The same for who does not begin with TLS, even if the server does. */
  dialInTheClear(): Socket {
    return dial(this.#hayloft.address);
  }

  /** Attacks, and holds the server to serving somebody else all the while, to its memory, and to silence. */
  async expectServing(attack: () => Promise<void>, expect: ExpectStatic): Promise<string> {
    const over = new AbortController();
    const attacked = attack().finally(() => over.abort());
    let served = 0;
    let slowestMs = 0;
    const serve = async (): Promise<void> => {
      // One connection that was there before, and a new one each time.
      using before = this.#connect();
      do {
        using connection = this.#connect();
        for (const clients of [clientsOn(before), clientsOn(connection)]) {
          const startedMs = performance.now();
          await expectServed(clients, expect);
          slowestMs = Math.max(slowestMs, performance.now() - startedMs);
          served += 1;
        }
      } while (!over.signal.aborted);
    };
    await Promise.all([attacked, serve()]);
    expect(slowestMs).toBeLessThan(MAX_WAIT_MS);
    await this.#leftovers.expectGone(expect);
    await this.#expectNothingStored(expect);
    expect(this.#hayloft.output()).toBe(this.#output);
    const { now, peak = now } = await residentBytes(this.#hayloft.pid);
    expect(peak).toBeLessThan(MAX_RESIDENT_BYTES);
    const slowest = `the slowest after ${Math.round(slowestMs)} ms`;
    return `${served} served meanwhile, ${slowest}; at most ${Math.round(peak / MIB)} MiB`;
  }

  async #expectNothingStored(expect: ExpectStatic): Promise<void> {
    using connection = this.#connect();
    expect(await isPresent(clientsOn(connection), "", canary)).toBe(false);
  }

  #connect(): Connection {
    const { address } = this.#hayloft;
    const [scheme, host] = this.#isTls
      ? ["https", address.replace("127.0.0.1", "localhost")]
      : ["http", address];
    const baseUrl = `${scheme}://${host}`;
    const authorization = `Bearer ${tokens.write}`;
    return createTarget({ baseUrl, protocol: "grpc", session: { ca } }).connect({ authorization });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#hayloft.stop();
  }
}

async function expectServed(clients: Clients, expect: ExpectStatic): Promise<void> {
  const blob = randomBlob(10_000);
  await writeBlob(clients, "", blob);
  expect(sameBytes(await read(clients, readName("", blob)), blob.data)).toBe(true);
}
