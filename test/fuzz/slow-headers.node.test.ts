import { describe, it } from "vitest";
import { connected, gone } from "../support/dial.node.ts";
import { startHayloft } from "../support/hayloft.node.ts";
import { callHeaders, sessionBytes } from "../support/http2-frames.node.ts";
import { Health } from "./health.node.ts";

const CONNECTIONS = 500;

const beginnings = [
  Buffer.from("PRI"),
  Buffer.from("GET /cas/"),
  Buffer.from("PUT /cas/abc HTTP/1.1\r\nhost: localhost\r\nx-never-ending: "),
  sessionBytes([callHeaders("/google.bytestream.ByteStream/Write")]).subarray(0, 80),
] as const;

describe("clients that never finish their headers", () => {
  it("do not keep others from being served", async ({ expect }) => {
    await using hayloft = await startHayloft({ args: ["--store", "memory", "--size", "64MiB"] });
    const health = new Health(hayloft);
    const sockets = await Promise.all(
      Array.from({ length: CONNECTIONS }, async (_, index) => {
        const socket = await connected(hayloft.address);
        socket.write(beginnings[index % beginnings.length] ?? beginnings[0]);
        return socket;
      }),
    );
    for (let turn = 0; turn < 20; turn++) {
      for (const socket of sockets) socket.write("x");
      await health.expectGood(expect);
    }
    const closed = sockets.map(gone);
    for (const socket of sockets) socket.destroy();
    await Promise.all(closed);
    await health.expectGood(expect);
  });
});
