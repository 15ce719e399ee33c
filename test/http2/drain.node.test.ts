import { describe, it } from "vitest";
import { limits } from "../../shared/limits.ts";
import { frame, uint32 } from "../support/http2-frames.node.ts";
import { bodiless, data, headers, lastData } from "./requests.node.ts";
import { serve } from "./served.node.ts";
import { TakenStreams } from "./taken-streams.node.ts";

const NO_ERROR = 0;

describe("the end of a connection", () => {
  it("streams under way finish, later ones are not served, and then it ends", async ({
    expect,
  }) => {
    const streams = new TakenStreams();
    await using served = await serve(streams.take);
    const client = await served.client();
    client.send(headers(1), data(1, "x"));
    const { stream } = await streams.at(0);
    served.http2.drain();
    const goAway = await client.next("goAway");
    expect([goAway.payload.readUInt32BE(0), goAway.payload.readUInt32BE(4)]).toEqual([1, NO_ERROR]);
    // Sent before the client has heard.
    client.send(headers(3), lastData(3, "y"), lastData(1, "z"));
    const { told } = await streams.at(0, (taken) => taken.told.length > 0);
    expect(told).toEqual(["end"]);
    expect(streams.count).toBe(1);
    stream.respond({ ":status": "200" });
    stream.write([Buffer.from("answer")]);
    stream.end({ "grpc-status": "0" });
    expect((await client.next("data", 1)).payload.toString()).toBe("answer");
    await client.next("headers", 1);
    await client.gone();
  });

  it("without streams it ends at once, and so do those that come later", async ({ expect }) => {
    await using served = await serve();
    const client = await served.client();
    served.http2.drain();
    expect(await client.lastWord()).toBe(NO_ERROR);
    const late = await served.client().catch(String);
    expect(late).toMatch(/GOAWAY with 0|ended/u);
  });

  it("a client that takes its leave gets what it asks for", async ({ expect }) => {
    const streams = new TakenStreams();
    await using served = await serve(streams.take);
    const client = await served.client();
    client.send(bodiless(1), frame("goAway", { payload: Buffer.alloc(8) }), bodiless(3));
    for (const [index, id] of [1, 3].entries()) {
      const { stream } = await streams.at(index);
      expect(await client.settled()).toEqual([]);
      stream.end({ ":status": "200" });
      await client.next("headers", id);
    }
  });

  it("an answer that waits for its window is not cut off", async ({ expect }) => {
    const streams = new TakenStreams();
    await using served = await serve(streams.take);
    const client = await served.client();
    client.send(bodiless(1));
    const { stream } = await streams.at(0);
    stream.respond({ ":status": "200" });
    stream.write([Buffer.alloc(100_000)]);
    stream.end();
    served.http2.drain();
    await client.next("goAway");
    let received = 0;
    client.send(frame("windowUpdate", { payload: uint32(100_000) }));
    client.send(frame("windowUpdate", { streamId: 1, payload: uint32(100_000) }));
    while (received < 100_000) received += (await client.next("data", 1)).payload.byteLength;
    expect(received).toBe(100_000);
    await client.gone();
  });

  it("a client that goes breaks its streams off", async ({ expect }) => {
    const streams = new TakenStreams();
    await using served = await serve(streams.take);
    const client = await served.client();
    client.send(headers(1), headers(3));
    await streams.at(1);
    client.socket.end();
    for (const index of [0, 1]) {
      const { told, stream } = await streams.at(index, (taken) => taken.told.length > 0);
      expect(told).toEqual(["broken off"]);
      expect(stream.isClosed).toBe(true);
    }
    await client.gone();
  });

  it("the last word arrives, though its client goes on talking", async ({ expect }) => {
    await using served = await serve();
    const client = await served.client();
    client.send(data(0, "wrong"));
    const body = Buffer.alloc(16_000);
    for (let index = 0; index < 200; index += 1) client.send(data(1, body));
    expect(await client.lastWord()).toBe(1);
    expect(limits.lingerMs).toBeGreaterThan(0);
  });
});
