import type { ClientHttp2Session, ClientHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { describe, type ExpectStatic, it } from "vitest";
import { ContentAddressableStorage } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { limits } from "../../shared/limits.ts";
import { dial } from "../support/dial.node.ts";
import { KIB, MIB } from "../support/bytes.ts";
import { type Hayloft, startHayloft } from "../support/hayloft.node.ts";
import { residentBytes } from "../support/process-status.node.ts";
import {
  answerTo,
  envelope,
  open,
  openCall,
  pathOf,
  type RawAnswer,
} from "../support/raw-grpc.node.ts";
import { canary } from "./sessions.node.ts";

const args = ["--store", "memory", "--size", "64MiB"];

/** Requests may hold 512 MiB together; reading and unpacking them takes as much again for a while. */
const MAX_RESIDENT_BYTES = 1600 * MIB;

/** Nearly as large as a request may be. */
const message = Buffer.alloc(limits.requestMessageBytes - MIB);

/** The same for an action result. */
const actionResult = Buffer.alloc(limits.actionResultBytes);
const path = pathOf(ContentAddressableStorage.method.findMissingBlobs);
const RESOURCE_EXHAUSTED = 8;

interface Load {
  readonly calls: number;
  readonly body: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Calls on one connection that send `body` and do not end. */
class StalledCalls {
  readonly #session: ClientHttp2Session;
  readonly #streams: readonly ClientHttp2Stream[];
  readonly #answers: readonly Promise<RawAnswer>[];
  #refused = 0;

  constructor({ url }: Hayloft, { calls, body, headers = {} }: Load) {
    this.#session = open(url);
    this.#streams = Array.from({ length: calls }, () => openCall(this.#session, path, headers));
    this.#answers = this.#streams.map(async (stream) => {
      stream.write(body);
      const answer = await answerTo(stream);
      if (answer.status === RESOURCE_EXHAUSTED) this.#refused++;
      return answer;
    });
  }

  /** How many have been refused so far. */
  get refused(): number {
    return this.#refused;
  }

  /** Ends those that were not refused, and waits for their answers. */
  async end(): Promise<void> {
    for (const stream of this.#streams) stream.end();
    await Promise.all(this.#answers);
    this.#session.destroy();
  }
}

async function expectBounded(hayloft: Hayloft, expect: ExpectStatic): Promise<number> {
  const { now, peak = now } = await residentBytes(hayloft.pid);
  expect(peak).toBeLessThan(MAX_RESIDENT_BYTES);
  expect((await fetch(`${hayloft.url}/status`)).status).toBe(200);
  expect(hayloft.output()).not.toMatch(/error/);
  return Math.round(peak / MIB);
}

const patience = { timeout: 30_000, interval: 50 };

describe("requests that stall share a bounded memory", () => {
  it("as large messages", async ({ annotate, expect }) => {
    await using hayloft = await startHayloft({ args });
    const body = envelope(message).subarray(0, -1);
    const clients = [1, 2, 3].map(() => new StalledCalls(hayloft, { calls: 40, body }));
    const refused = (): number => clients.reduce((sum, client) => sum + client.refused, 0);
    await expect.poll(refused, patience).toBeGreaterThanOrEqual(40);
    for (const client of clients) await client.end();
    await annotate(`at most ${await expectBounded(hayloft, expect)} MiB`);
  });

  it("as small messages that unpack to large ones", async ({ annotate, expect }) => {
    await using hayloft = await startHayloft({ args });
    const headers = { "grpc-encoding": "gzip" };
    const body = envelope(gzipSync(unknownField(message)), 1);
    expect(body.byteLength).toBeLessThan(20 * KIB);
    const client = new StalledCalls(hayloft, { calls: 200, body, headers });
    await expect.poll(() => client.refused, patience).toBeGreaterThanOrEqual(120);
    await client.end();
    await annotate(`at most ${await expectBounded(hayloft, expect)} MiB`);
  });

  it("as action results over HTTP", async ({ annotate, expect }) => {
    await using hayloft = await startHayloft({ args });
    let refused = 0;
    const sockets = Array.from({ length: 180 }, () => {
      const socket = stalledPut(hayloft);
      socket.on("data", (answer: Buffer) => {
        if (answer.includes("HTTP/1.1 503")) refused++;
      });
      return socket;
    });
    await expect.poll(() => refused, patience).toBeGreaterThanOrEqual(40);
    await annotate(`at most ${await expectBounded(hayloft, expect)} MiB`);
    for (const socket of sockets) socket.destroy();
  });

  it("and none of it is kept by what unpacks to more than a message may have", async ({
    expect,
  }) => {
    await using hayloft = await startHayloft({ args });
    const session = open(hayloft.url);
    const headers = { "grpc-encoding": "gzip" };
    const bomb = envelope(gzipSync(Buffer.alloc(200 * MIB)), 1);
    for (let call = 0; call < 20; call++) {
      const stream = openCall(session, path, headers);
      stream.end(bomb);
      expect((await answerTo(stream)).status).toBe(RESOURCE_EXHAUSTED);
    }
    session.destroy();
    const { now, peak = now } = await residentBytes(hayloft.pid);
    expect(peak).toBeLessThan(500 * MIB);
  });
});

/** A message with one field, that nobody knows. */
function unknownField(value: Buffer): Buffer {
  const tag = 0x7a;
  const length = [
    value.byteLength & 127,
    (value.byteLength >> 7) & 127,
    (value.byteLength >> 14) & 127,
  ];
  const header = [tag, ...length.map((bits) => bits | 128), value.byteLength >> 21];
  return Buffer.concat([Buffer.from(header), value]);
}

function stalledPut({ address }: Hayloft): Socket {
  const socket = dial(address);
  const head = `PUT /ac/${canary.digest.hash} HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${actionResult.byteLength}`;
  socket.write(`${head}\r\n\r\n`);
  socket.write(actionResult.subarray(0, -1));
  return socket;
}
