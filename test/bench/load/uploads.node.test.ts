import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import {
  createServer as createHttp2Server,
  type Http2Server,
  type ServerHttp2Stream,
} from "node:http2";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";
import { buffer } from "node:stream/consumers";
import { describe, expect, onTestFinished, test } from "vitest";
import { bytesOf } from "../../support/bytes.ts";
import { Http1Uploads } from "./http1-uploads.node.ts";
import {
  DEFAULT_WINDOW,
  frame,
  FRAME_HEADER_BYTES,
  type FrameHeader,
  headerBlock,
  readFrameHeader,
  settings,
  types,
} from "./http2-upload-frames.node.ts";
import { Http2Uploads } from "./http2-uploads.node.ts";

const headers = headerBlock({
  ":method": "POST",
  ":scheme": "http",
  ":path": "/echo",
  ":authority": "127.0.0.1",
  authorization: `Bearer ${"x".repeat(300)}`,
});

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

async function listening(server: Server | Http2Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

const PREFACE_BYTES = 24;

/** The headers of all frames that are whole. */
function framesIn(bytes: Buffer): readonly FrameHeader[] {
  const found: FrameHeader[] = [];
  for (let at = 0; at + FRAME_HEADER_BYTES <= bytes.byteLength;) {
    const header = readFrameHeader(bytes, at);
    at += FRAME_HEADER_BYTES + header.length;
    if (at <= bytes.byteLength) found.push(header);
  }
  return found;
}

function piecesOf(size: number, seed: number): readonly Buffer[] {
  const bytes = Buffer.from(bytesOf(size, seed));
  return [bytes.subarray(0, 16), bytes.subarray(16, 70_000), bytes.subarray(70_000)];
}

describe("over HTTP/2", () => {
  test.each([65_535, 1000, 1024 ** 2])(
    "uploads arrive whole through windows of %i bytes, many at once",
    async (initialWindowSize) => {
      const server = createHttp2Server({ settings: { initialWindowSize, maxFrameSize: 20_000 } });
      server.on("stream", (stream: ServerHttp2Stream) => {
        const hash = createHash("sha256");
        stream.on("data", (chunk: Buffer) => hash.update(chunk));
        stream.on("end", () => {
          stream.respond({ ":status": 200 });
          stream.end(hash.digest("hex"));
        });
      });
      const uploads = await Http2Uploads.open(await listening(server), headers);
      const sent = Array.from({ length: 20 }, (_, index) => piecesOf(50_000 + index * 9999, index));
      const answers = await Promise.all(sent.map(async (pieces) => await uploads.upload(pieces)));
      uploads.close();
      const expected = sent.map((pieces) => sha256(Buffer.concat(pieces)));
      expect(answers.map(String)).toEqual(expected);
    },
  );

  test("no more is sent than the connection's window takes", async () => {
    const received: FrameHeader[] = [];
    const server = createTcpServer((socket) => {
      const wideStreams = Buffer.from([0, settings.initialWindowSize, 0, 16, 0, 0]);
      socket.write(frame(types.settings, 0, 0, wideStreams));
      let input = Buffer.alloc(0);
      socket.on("data", (chunk: Buffer) => {
        input = Buffer.concat([input, chunk]);
        received.splice(0, received.length, ...framesIn(input.subarray(PREFACE_BYTES)));
        const dataBytes = received
          .filter(({ type }) => type === types.data)
          .reduce((sum, { length }) => sum + length, 0);
        if (dataBytes === DEFAULT_WINDOW) socket.end(frame(types.goAway, 0, 0, Buffer.alloc(8)));
        else if (dataBytes > DEFAULT_WINDOW) socket.destroy();
      });
    });
    const uploads = await Http2Uploads.open(await listening(server), headers);
    const both = [piecesOf(100_000, 1), piecesOf(100_000, 2)];
    const answers = both.map(async (pieces) => await uploads.upload(pieces));
    const outcomes = await Promise.allSettled(answers);
    expect(outcomes.map((one) => String("reason" in one ? one.reason : "answered"))).toEqual([
      "Error: the server is going away",
      "Error: the server is going away",
    ]);
  });

  test("a stream that the server resets is an error, and so is a connection that it closes", async () => {
    const server = createHttp2Server();
    server.once("stream", (stream: ServerHttp2Stream) => {
      stream.close(8);
      server.once("stream", ({ session }) => session?.destroy());
    });
    const uploads = await Http2Uploads.open(await listening(server), headers);
    await expect(uploads.upload([Buffer.alloc(10)])).rejects.toThrow(/has reset an upload/);
    await expect(uploads.upload([Buffer.alloc(10)])).rejects.toThrow(/connection|going away/);
    uploads.close();
  });
});

describe("over HTTP/1.1", () => {
  const head = Buffer.from("PUT /x HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n");

  test("uploads arrive whole, one after the other", async () => {
    const server = createServer((request, response) => {
      void buffer(request).then((body) => response.end(body));
    });
    const uploads = await Http1Uploads.open(await listening(server));
    for (const seed of [1, 2, 3]) {
      const pieces = piecesOf(100_000, seed);
      const answer = await uploads.upload([head, ...pieces]);
      expect(answer.equals(Buffer.concat(pieces))).toBe(true);
    }
    uploads.close();
  });

  test("a refusal is an error", async () => {
    const server = createServer((request, response) => {
      request
        .resume()
        .on("end", () => response.writeHead(507, { "content-length": 7 }).end("no room"));
    });
    const uploads = await Http1Uploads.open(await listening(server));
    await expect(uploads.upload([head, ...piecesOf(100_000, 1)])).rejects.toThrow(/507[^]*no room/);
    uploads.close();
  });
});
