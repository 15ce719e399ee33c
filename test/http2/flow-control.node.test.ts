import { describe, it } from "vitest";
import { http2Limits } from "../../shared/http2-limits.ts";
import { limits } from "../../shared/limits.ts";
import { END_STREAM, type Frame, frame, uint32 } from "../support/http2-frames.node.ts";
import type { FrameClient } from "../support/frame-client.node.ts";
import { bodiless, data, headers, pseudoHeaders } from "./requests.node.ts";
import { serve } from "./served.node.ts";
import { hasReceived, TakenStreams } from "./taken-streams.node.ts";

const FLOW_CONTROL_ERROR = 3;
const DEFAULT_WINDOW = 65_535;
const FRAME_BYTES = 16_384;

function windowUpdate(streamId: number, bytes: number): Frame {
  return frame("windowUpdate", { streamId, payload: uint32(bytes) });
}

function initialWindow(bytes: number): Frame {
  return frame("settings", { payload: Buffer.concat([Buffer.from([0, 4]), uint32(bytes)]) });
}

/** As many frames of DATA as have `bytes` together. */
function bodyOf(streamId: number, bytes: number): Frame[] {
  return Array.from({ length: Math.ceil(bytes / FRAME_BYTES) }, (_, index) =>
    data(streamId, Buffer.alloc(Math.min(FRAME_BYTES, bytes - index * FRAME_BYTES))),
  );
}

/** What comes on a stream until nothing does. */
async function dataLengths(client: FrameClient, streamId: number): Promise<readonly number[]> {
  const frames = await client.settled();
  return frames
    .filter(({ type, streamId: id }) => type === 0 && id === streamId)
    .map(({ payload }) => payload.byteLength);
}

describe("what clients send", () => {
  it("a stream's window is full until its receiver has released some of it", async ({ expect }) => {
    const streams = new TakenStreams();
    await using served = await serve(streams.take);
    const client = await served.client();
    client.send(headers(1), ...bodyOf(1, limits.streamWindowBytes));
    const taken = await streams.at(0, hasReceived(limits.streamWindowBytes));
    expect(await client.settled()).toEqual([]);
    taken.stream.release(limits.streamWindowBytes);
    const update = await client.next("windowUpdate", 1);
    expect(update.payload.readUInt32BE()).toBe(limits.streamWindowBytes);
    client.send(data(1, "more"));
    await streams.at(0, hasReceived(limits.streamWindowBytes + 4));
  });

  it("a byte too many ends the stream", async ({ expect }) => {
    const streams = new TakenStreams();
    await using served = await serve(streams.take);
    const client = await served.client();
    client.send(headers(1), ...bodyOf(1, limits.streamWindowBytes + 1));
    const reset = await client.next("rstStream", 1);
    expect(reset.payload.readUInt32BE()).toBe(FLOW_CONTROL_ERROR);
    const { told } = await streams.at(0, (taken) => taken.told.length > 0);
    expect(told).toEqual(["broken off"]);
  });

  it("padding counts, and needs no release", async ({ expect }) => {
    const streams = new TakenStreams();
    await using served = await serve(streams.take);
    const client = await served.client();
    const padded = data(1, Buffer.concat([Buffer.from([255, 1]), Buffer.alloc(255)]), 0x8);
    client.send(headers(1), ...Array.from({ length: 1100 }, () => padded));
    const update = await client.next("windowUpdate", 1);
    expect(update.payload.readUInt32BE()).toBe(limits.streamWindowBytes / 4);
    const taken = await streams.at(0, hasReceived(1100));
    expect(new Set(taken.received.map((bytes) => bytes[0]))).toEqual(new Set([1]));
  });

  it("all streams together have the connection's window", async ({ expect }) => {
    const streams = new TakenStreams();
    await using served = await serve(streams.take);
    const client = await served.client();
    const count = limits.connectionWindowBytes / limits.streamWindowBytes;
    for (let index = 0; index < count; index += 1)
      client.send(headers(index * 2 + 1), ...bodyOf(index * 2 + 1, limits.streamWindowBytes));
    await streams.at(count - 1, hasReceived(limits.streamWindowBytes));
    client.send(headers(count * 2 + 1), data(count * 2 + 1, "x"));
    expect(await client.lastWord()).toBe(FLOW_CONTROL_ERROR);
  });

  it("what a stream has not released is the connection's again when it is over", async ({
    expect,
  }) => {
    const streams = new TakenStreams();
    await using served = await serve(streams.take);
    const client = await served.client();
    const quarter = limits.connectionWindowBytes / limits.streamWindowBytes / 4;
    for (let index = 0; index < quarter; index += 1) {
      const id = index * 2 + 1;
      client.send(headers(id), ...bodyOf(id, limits.streamWindowBytes));
      client.send(frame("rstStream", { streamId: id, payload: uint32(8) }));
    }
    const update = await client.next("windowUpdate", 0);
    expect(update.payload.readUInt32BE()).toBe(limits.connectionWindowBytes / 4);
  });

  it("what cost its stream is the connection's again, and only once", async ({ expect }) => {
    await using served = await serve();
    const client = await served.client();
    const count = (1.5 * (limits.connectionWindowBytes / 4)) / FRAME_BYTES;
    for (let id = 1; id < count * 2; id += 2)
      client.send(
        headers(id, [...pseudoHeaders, ["content-length", "3"]]),
        data(id, Buffer.alloc(FRAME_BYTES)),
      );
    const updates = (await client.settled()).filter(
      ({ type, streamId }) => type === 8 && streamId === 0,
    );
    const granted = updates.map(({ payload }) => payload.readUInt32BE());
    expect(granted).toEqual([limits.connectionWindowBytes / 4]);
  });

  it("more cannot be released than came", async ({ expect }) => {
    const streams = new TakenStreams();
    await using served = await serve(streams.take);
    const client = await served.client();
    client.send(headers(1), ...bodyOf(1, limits.streamWindowBytes / 4));
    const { stream } = await streams.at(0, hasReceived(limits.streamWindowBytes / 4));
    for (let count = 0; count < 10; count += 1) stream.release(limits.streamWindowBytes);
    const updates = await client.settled();
    expect(updates.map(({ payload }) => payload.readUInt32BE())).toEqual([
      limits.streamWindowBytes / 4,
    ]);
  });

  it("what comes behind an early answer is thrown away, and the window is not", async ({
    expect,
  }) => {
    await using served = await serve((stream) => stream.end({ ":status": "413" }));
    const client = await served.client();
    client.send(headers(1));
    const answer = await client.next("headers", 1);
    expect(answer.flags & END_STREAM).toBe(END_STREAM);
    const reset = await client.next("rstStream", 1);
    expect(reset.payload.readUInt32BE()).toBe(0);
    client.send(...bodyOf(1, limits.connectionWindowBytes / 4));
    const update = await client.next("windowUpdate", 0);
    expect(update.payload.readUInt32BE()).toBe(limits.connectionWindowBytes / 4);
  });
});

describe("what the server sends", () => {
  it("an answer stops at the stream's window, and goes on with it", async ({ expect }) => {
    const streams = new TakenStreams();
    await using served = await serve(streams.take);
    const client = await served.client();
    client.send(initialWindow(10), bodiless(1));
    const { stream } = await streams.at(0);
    stream.respond({ ":status": "200" });
    stream.write([Buffer.alloc(25)]);
    stream.end();
    expect((await client.next("data", 1)).payload).toHaveLength(10);
    expect(await client.settled()).toEqual([]);
    client.send(windowUpdate(1, 10));
    expect((await client.next("data", 1)).payload).toHaveLength(10);
    client.send(initialWindow(15));
    const last = await client.next("data", 1);
    expect(last.payload).toHaveLength(5);
    expect(last.flags & END_STREAM).toBe(END_STREAM);
  });

  it("a window that a setting has made negative is paid back first", async ({ expect }) => {
    const streams = new TakenStreams();
    await using served = await serve(streams.take);
    const client = await served.client();
    client.send(initialWindow(100), bodiless(1));
    const { stream } = await streams.at(0);
    stream.respond({ ":status": "200" });
    stream.write([Buffer.alloc(200)]);
    expect((await client.next("data", 1)).payload).toHaveLength(100);
    client.send(initialWindow(40), windowUpdate(1, 60));
    expect(await dataLengths(client, 1)).toEqual([]);
    client.send(windowUpdate(1, 1));
    expect((await client.next("data", 1)).payload).toHaveLength(1);
  });

  it("all answers together stop at the connection's window", async ({ expect }) => {
    const streams = new TakenStreams();
    await using served = await serve(streams.take);
    const client = await served.client();
    client.send(initialWindow(2 ** 31 - 1), bodiless(1));
    const { stream } = await streams.at(0);
    stream.respond({ ":status": "200" });
    stream.write([Buffer.alloc(100_000)]);
    const { byteLength } = Buffer.concat(
      await Promise.all(Array.from({ length: 4 }, async () => (await client.next("data")).payload)),
    );
    expect(byteLength).toBe(DEFAULT_WINDOW);
    expect(await client.settled()).toEqual([]);
    client.send(windowUpdate(0, 1));
    expect((await client.next("data", 1)).payload).toHaveLength(1);
  });

  it("two answers take turns, frame by frame", async ({ expect }) => {
    const streams = new TakenStreams();
    await using served = await serve(streams.take);
    const client = await served.client();
    client.send(windowUpdate(0, 2 ** 24), initialWindow(2 ** 24), bodiless(1), bodiless(3));
    const both = [await streams.at(0), await streams.at(1)];
    for (const { stream } of both) {
      stream.respond({ ":status": "200" });
      stream.write([Buffer.alloc(10 * FRAME_BYTES)]);
    }
    const order: number[] = [];
    while (order.length < 20) order.push((await client.next("data")).streamId);
    expect(order).toEqual(Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 1 : 3)));
  });

  it("a small answer does not wait behind a large one", async ({ expect }) => {
    const streams = new TakenStreams();
    await using served = await serve(streams.take);
    const client = await served.client();
    client.send(windowUpdate(0, 2 ** 24), initialWindow(2 ** 24), bodiless(1), bodiless(3));
    const large = await streams.at(0);
    const small = await streams.at(1);
    large.stream.respond({ ":status": "200" });
    large.stream.write([Buffer.alloc(100 * FRAME_BYTES)]);
    small.stream.respond({ ":status": "200" });
    small.stream.write([Buffer.from("small")]);
    expect((await client.next("data")).streamId).toBe(3);
  });

  it("a writer is told when its bytes may change, and never if they did not go", async ({
    expect,
  }) => {
    const streams = new TakenStreams();
    await using served = await serve(streams.take);
    const client = await served.client();
    client.send(bodiless(1));
    const { stream } = await streams.at(0);
    stream.respond({ ":status": "200" });
    const sent: string[] = [];
    stream.write([Buffer.from("small")], () => sent.push("small"));
    stream.write([], () => sent.push("nothing"));
    stream.write([Buffer.alloc(50_000), Buffer.alloc(10_000)], () => sent.push("large"));
    expect(sent).toEqual([]);
    await client.settled();
    expect(sent.toSorted()).toEqual(["large", "nothing", "small"]);
    stream.write([Buffer.alloc(50_000)], () => sent.push("cut"));
    await client.settled();
    client.send(frame("rstStream", { streamId: 1, payload: uint32(8) }));
    await client.settled();
    expect(sent).not.toContain("cut");
  });

  it("a writer is told to wait, and when to go on", async ({ expect }) => {
    const streams = new TakenStreams();
    await using served = await serve(streams.take);
    const client = await served.client();
    client.send(bodiless(1));
    const { stream } = await streams.at(0);
    stream.respond({ ":status": "200" });
    const half = Buffer.alloc(http2Limits.streamQueueBytes / 2);
    expect(stream.write([half])).toBe(true);
    expect(stream.write([half])).toBe(false);
    let isDrained = false;
    const drained = stream.drained().then(() => (isDrained = true));
    await client.settled();
    expect(isDrained).toBe(true);
    await drained;
    // Of the two halves, a window's worth has gone.
    expect(stream.write([half])).toBe(false);
    const waiting = stream.drained();
    client.send(frame("rstStream", { streamId: 1, payload: uint32(8) }));
    await waiting;
    expect(stream.isClosed).toBe(true);
    expect(stream.write([half])).toBe(true);
  });
});
