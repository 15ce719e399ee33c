import { describe, it } from "vitest";
import { END_HEADERS, frame, preface, uint32 } from "../support/http2-frames.node.ts";
import { FrameClient } from "../support/frame-client.node.ts";
import { bodiless, headers, pseudoHeaders } from "./requests.node.ts";
import { serve } from "./served.node.ts";
import { TakenStreams } from "./taken-streams.node.ts";

const SHORT_MS = 60;
const LONG_MS = 60_000;

const CANCEL = 8;
const SETTINGS_TIMEOUT = 4;
const ENHANCE_YOUR_CALM = 11;

const impatient = { headersTimeoutMs: SHORT_MS, idleTimeoutMs: LONG_MS };

describe("patience", () => {
  it.for([
    ["nothing", Buffer.alloc(0)],
    ["half of the preface", preface.subarray(0, 10)],
    ["the preface without settings", preface],
  ] as const)("a client that sends %s is cut off", async ([, bytes], { expect }) => {
    await using served = await serve(undefined, impatient);
    const client = await FrameClient.connect(served.port);
    client.sendBytes(bytes);
    await client.gone();
    expect(served.opened.size).toBe(0);
  });

  it("a client that does not take our settings is told so", async ({ expect }) => {
    await using served = await serve(undefined, impatient);
    const client = await FrameClient.connect(served.port);
    client.sendBytes(preface);
    client.send(frame("settings"));
    expect(await client.lastWord()).toBe(SETTINGS_TIMEOUT);
  });

  it.for([
    ["a frame", Buffer.from([0, 0, 8, 6, 0, 0, 0, 0, 0, 1])],
    ["the header of a frame", Buffer.from([0, 0, 8, 6])],
  ] as const)("%s that does not end costs the connection", async ([, bytes], { expect }) => {
    await using served = await serve(undefined, impatient);
    const client = await served.client();
    client.sendBytes(bytes);
    expect(await client.lastWord()).toBe(ENHANCE_YOUR_CALM);
  });

  it("a header block that does not end costs the connection", async ({ expect }) => {
    await using served = await serve(undefined, impatient);
    const client = await served.client();
    client.send(headers(1, pseudoHeaders, 0));
    const more = setInterval(
      () => client.send(frame("continuation", { streamId: 1 })),
      SHORT_MS / 3,
    );
    expect(await client.lastWord()).toBe(ENHANCE_YOUR_CALM);
    clearInterval(more);
  });

  it("a stream on which nothing moves is cancelled, and others go on", async ({ expect }) => {
    const streams = new TakenStreams();
    await using served = await serve(streams.take, { idleTimeoutMs: SHORT_MS });
    const client = await served.client();
    client.send(headers(1));
    const busy = setInterval(
      () => client.send(frame("ping", { payload: Buffer.alloc(8) })),
      SHORT_MS / 6,
    );
    const reset = await client.next("rstStream", 1);
    expect(reset.payload.readUInt32BE()).toBe(CANCEL);
    const { told } = await streams.at(0, (taken) => taken.told.length > 0);
    expect(told).toEqual(["broken off"]);
    client.send(bodiless(3));
    (await streams.at(1)).stream.end({ ":status": "200" });
    expect((await client.next("headers", 3)).flags & END_HEADERS).toBe(END_HEADERS);
    clearInterval(busy);
  });

  it("a connection whose client reads nothing is broken", async () => {
    const streams = new TakenStreams();
    await using served = await serve(streams.take, { idleTimeoutMs: SHORT_MS });
    const client = await served.client();
    const [socket] = served.opened;
    if (socket === undefined) throw new Error("nobody has said hello");
    const window = Buffer.concat([Buffer.from([0, 4]), uint32(2 ** 31 - 1)]);
    client.socket.pause();
    client.send(frame("settings", { payload: window }), bodiless(1));
    client.send(frame("windowUpdate", { payload: uint32(2 ** 30) }));
    const { stream } = await streams.at(0);
    stream.respond({ ":status": "200" });
    stream.write([Buffer.alloc(32 * 1024 * 1024)]);
    await streams.at(0, (taken) => taken.told.includes("broken off"));
    if (!socket.closed) await new Promise((resolve) => socket.once("close", resolve));
  });

  it("a connection on which nothing moves is ended", async ({ expect }) => {
    await using served = await serve(undefined, { idleTimeoutMs: SHORT_MS });
    const client = await served.client();
    expect(await client.lastWord()).toBe(0);
  });
});
