import { setTimeout as delay } from "node:timers/promises";
import { describe, it } from "vitest";
import { http2Limits } from "../../shared/http2-limits.ts";
import { limits } from "../../shared/limits.ts";
import { type Frame, frame, uint32 } from "../support/http2-frames.node.ts";
import { bodiless, data, headers } from "./requests.node.ts";
import { serve } from "./served.node.ts";
import { TakenStreams } from "./taken-streams.node.ts";

const ENHANCE_YOUR_CALM = 11;
const PING_PAYLOAD = Buffer.alloc(8);

function many(count: number, make: (index: number) => readonly Frame[]): Frame[] {
  return Array.from({ length: count }, (_, index) => make(index)).flat();
}

function reset(streamId: number): Frame {
  return frame("rstStream", { streamId, payload: uint32(8) });
}

function windowUpdate(streamId: number, bytes: number): Frame {
  return frame("windowUpdate", { streamId, payload: uint32(bytes) });
}

const idle = http2Limits.idleFrameBurst + http2Limits.idleFramesPerSecond;
const resets = limits.streamResetBurst + limits.streamResetsPerSecond;

/** Each would go on for as long as the server let it. */
const floods: readonly (readonly [string, () => readonly Frame[]])[] = [
  ["PING", () => many(idle, () => [frame("ping", { payload: PING_PAYLOAD })])],
  ["SETTINGS", () => many(idle, () => [frame("settings")])],
  ["SETTINGS that are acknowledgements", () => many(idle, () => [frame("settings", { flags: 1 })])],
  ["WINDOW_UPDATE", () => many(idle, () => [windowUpdate(0, 1)])],
  ["WINDOW_UPDATE of a stream", () => [headers(1), ...many(idle, () => [windowUpdate(1, 1)])]],
  [
    "PRIORITY",
    () => many(idle, () => [frame("priority", { streamId: 1, payload: Buffer.alloc(5) })]),
  ],
  ["frames of an unknown type", () => many(idle, () => [{ ...frame("ping"), type: 99 }])],
  ["empty DATA", () => [headers(1), ...many(idle, () => [data(1, "")])]],
  [
    "DATA of nothing but padding",
    () => [headers(1), ...many(idle, () => [data(1, "\u0002aa", 0x8)])],
  ],
  [
    "DATA for a stream that is over",
    () => [headers(1, [["bad", "1"]]), ...many(idle, () => [data(1, "x")])],
  ],
  [
    "streams that are reset at once",
    () => many(resets, (index) => [headers(index * 2 + 1), reset(index * 2 + 1)]),
  ],
  [
    "streams that their client has the server reset",
    () => many(resets, (index) => [headers(index * 2 + 1), windowUpdate(index * 2 + 1, 0)]),
  ],
  [
    "streams that are no requests",
    () => many(resets, (index) => [headers(index * 2 + 1, [["a", "b"]])]),
  ],
  [
    "streams beyond the limit",
    () => many(limits.connectionStreams + resets, (index) => [headers(index * 2 + 1)]),
  ],
];

describe("floods", () => {
  it.for(floods)("%s", async ([, frames], { expect }) => {
    const streams = new TakenStreams();
    await using served = await serve(streams.take);
    const client = await served.client();
    client.send(...frames());
    expect(await client.lastWord()).toBe(ENHANCE_YOUR_CALM);
  });

  it("frames that come with work are no flood", async ({ expect }) => {
    await using served = await serve();
    const client = await served.client();
    for (let round = 0; round < 20; round += 1) {
      const ids = Array.from({ length: 100 }, (_, index) => (round * 100 + index) * 2 + 1);
      const pings = Array.from({ length: 4 }, () => frame("ping", { payload: PING_PAYLOAD }));
      client.send(
        ...ids.flatMap((id) => [bodiless(id), ...pings, windowUpdate(0, 1), windowUpdate(0, 1)]),
      );
      const answers = await client.settled();
      expect(answers.filter(({ type }) => type === 1).length).toBeGreaterThanOrEqual(100);
    }
  });

  it("uploads that are answered early are no flood, though much of them was on its way", async ({
    expect,
  }) => {
    await using served = await serve((stream) => stream.end({ ":status": "200" }));
    const client = await served.client();
    const body = Buffer.alloc(16_000);
    for (let id = 1; id < 600; id += 2) {
      client.send(headers(id), ...many(40, () => [data(id, body)]));
      if (id % 50 === 1)
        expect((await client.settled()).every(({ type }) => type !== 7)).toBe(true);
    }
  });

  it("who does not read is not read: answers do not pile up", async ({ expect }) => {
    const large = { ":status": "200", large: "x".repeat(1000) };
    await using served = await serve((stream) => stream.end(large));
    const client = await served.client();
    const [socket] = served.opened;
    if (socket === undefined) throw new Error("nobody has said hello");
    client.socket.pause();
    let most = 0;
    // 40 MB of answers without windows, of which the system takes some, unless the server stops reading.
    for (let id = 1; id < 80_000; id += 200) {
      client.send(...many(100, (index) => [bodiless(id + index * 2)]));
      await delay(0);
      most = Math.max(most, socket.writableLength);
    }
    expect(most).toBeLessThan(10 * http2Limits.socketBacklogBytes);
  });

  it("a slow reader's answers wait with their writers", async ({ expect }) => {
    const streams = new TakenStreams();
    await using served = await serve(streams.take);
    const client = await served.client();
    const [socket] = served.opened;
    if (socket === undefined) throw new Error("nobody has said hello");
    const all = frame("settings", {
      payload: Buffer.concat([Buffer.from([0, 4]), uint32(2 ** 31 - 1)]),
    });
    client.socket.pause();
    client.send(all, windowUpdate(0, 2 ** 30), ...many(10, (index) => [bodiless(index * 2 + 1)]));
    const writers = Array.from({ length: 10 }, async (_, index) => {
      const { stream } = await streams.at(index);
      stream.respond({ ":status": "200" });
      let written = 0;
      while (written < 64 * http2Limits.streamQueueBytes) {
        written += 64 * 1024;
        if (stream.write([Buffer.alloc(64 * 1024)])) continue;
        // One that has to wait for its reader waits long.
        const isDrained = await Promise.race([
          stream.drained().then(() => true),
          delay(100, false),
        ]);
        if (!isDrained) return written;
      }
      return written;
    });
    const written = await Promise.all(writers);
    const systemBytes = 16 * 1024 * 1024;
    const total = written.reduce((sum, bytes) => sum + bytes, 0);
    expect(total).toBeLessThan(systemBytes + 10 * 2 * http2Limits.streamQueueBytes);
    expect(socket.writableLength).toBeLessThan(http2Limits.socketBacklogBytes);
  });
});
