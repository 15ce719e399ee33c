import { describe, it } from "vitest";
import { limits } from "../../shared/limits.ts";
import {
  END_HEADERS,
  END_STREAM,
  frame,
  headerBlock,
  uint32,
} from "../support/http2-frames.node.ts";
import { HeaderDecoder } from "../../functions/http2/header-decoder.node.ts";
import { bodiless, data, headers, lastData, pseudoHeaders } from "./requests.node.ts";
import { serve } from "./served.node.ts";
import { TakenStreams } from "./taken-streams.node.ts";

const INTERNAL_ERROR = 2;
const REFUSED_STREAM = 7;

function statusOf(decoder: HeaderDecoder, block: Buffer): string | undefined {
  const { fields } = decoder.decode(block, 0, block.byteLength);
  return fields.find(({ name }) => name === ":status")?.value;
}

describe("requests", () => {
  it("the headers are those that were sent, and what came twice is joined", async ({ expect }) => {
    const streams = new TakenStreams();
    await using served = await serve(streams.take);
    const client = await served.client();
    client.send(
      bodiless(1, [
        ["a", "1"],
        ["b", ""],
        ["a", "2"],
        ["te", "trailers"],
      ]),
    );
    const { stream } = await streams.at(0);
    expect([...stream.headers]).toEqual([
      [":method", "POST"],
      [":scheme", "http"],
      [":path", "/"],
      ["a", "1, 2"],
      ["b", ""],
      ["te", "trailers"],
    ]);
    expect(stream.headers.get("a")).toBe("1, 2");
    expect(stream.headers.get("c")).toBeUndefined();
  });

  it("the same block twice is the same request, until the table has changed", async ({
    expect,
  }) => {
    const streams = new TakenStreams();
    await using served = await serve(streams.take);
    const client = await served.client();
    const addX = (value: string): Buffer =>
      Buffer.concat([
        Buffer.from([0x40, 1]),
        Buffer.from("x"),
        Buffer.from([value.length]),
        Buffer.from(value),
      ]);
    const newest = Buffer.from([0xbe]);
    const withX = (streamId: number, ...blocks: Buffer[]): ReturnType<typeof headers> => ({
      ...bodiless(streamId),
      payload: Buffer.concat([headerBlock(pseudoHeaders), ...blocks]),
    });
    client.send(withX(1, addX("one")), withX(3, newest), withX(5, newest));
    client.send(withX(7, addX("two")), withX(9, newest));
    const seen: (string | undefined)[] = [];
    for (let index = 0; index < 5; index += 1)
      seen.push((await streams.at(index)).stream.headers.get("x"));
    expect(seen).toEqual(["one", "one", "one", "two", "two"]);
  });

  it("a block may come in pieces, and padded", async ({ expect }) => {
    const streams = new TakenStreams();
    await using served = await serve(streams.take);
    const client = await served.client();
    const block = headerBlock(pseudoHeaders);
    const [first, second, third] = [block.subarray(0, 3), block.subarray(3, 4), block.subarray(4)];
    const padded = Buffer.concat([Buffer.from([2]), first, Buffer.alloc(2)]);
    client.send(
      frame("headers", { streamId: 1, flags: END_STREAM | 0x8, payload: padded }),
      frame("continuation", { streamId: 1, payload: second }),
      frame("continuation", { streamId: 1, payload: third, flags: END_HEADERS }),
    );
    const { stream, told } = await streams.at(0, (taken) => taken.told.length > 0);
    expect(stream.headers.get(":path")).toBe("/");
    expect(told).toEqual(["end"]);
  });

  it("bytes arrive whole, however they are cut", async ({ expect }) => {
    await using served = await serve();
    const client = await served.client();
    client.send(headers(1));
    client.send(data(1, "hello "), data(1, ""), data(1, "\u0003wor\0\0\0", 0x8), lastData(1, "ld"));
    await client.next("headers", 1);
    expect((await client.next("data", 1)).payload.toString()).toBe("hello world");
    const trailers = await client.next("headers", 1);
    expect(trailers.flags & END_STREAM).toBe(END_STREAM);
  });

  it("trailers end a request", async ({ expect }) => {
    const streams = new TakenStreams();
    await using served = await serve(streams.take);
    const client = await served.client();
    client.send(headers(1), data(1, "x"), headers(1, [["a", "b"]], END_HEADERS | END_STREAM));
    const { told } = await streams.at(0, (taken) => taken.told.length > 0);
    expect(told).toEqual(["end"]);
  });

  it.for([
    ["small ones", Buffer.alloc(10_000, 0x82)],
    ["without names and values", Buffer.alloc(3 * 5000)],
  ] as const)(
    "headers that are too many, %s, are answered with 431, and the connection goes on",
    async ([, many], { expect }) => {
      await using served = await serve();
      const client = await served.client();
      const decoder = new HeaderDecoder(limits.headerBytes);
      const bomb = Buffer.concat([headerBlock(pseudoHeaders), many]);
      client.send({ ...bodiless(1), payload: bomb });
      const refusal = await client.next("headers", 1);
      expect(statusOf(decoder, refusal.payload)).toBe("431");
      client.send(bodiless(3));
      expect(statusOf(decoder, (await client.next("headers", 3)).payload)).toBe("200");
    },
  );

  it("a tunnel is answered with 501", async ({ expect }) => {
    await using served = await serve();
    const client = await served.client();
    client.send(
      headers(1, [
        [":method", "CONNECT"],
        [":authority", "a:1"],
      ]),
    );
    const refusal = await client.next("headers", 1);
    expect(statusOf(new HeaderDecoder(1000), refusal.payload)).toBe("501");
  });

  it("a stream that nobody takes is an internal error", async ({ expect }) => {
    await using served = await serve(() => {});
    const client = await served.client();
    client.send(headers(1));
    const reset = await client.next("rstStream", 1);
    expect(reset.payload.readUInt32BE()).toBe(INTERNAL_ERROR);
  });

  it("streams beyond the limit are refused, and others take their place", async ({ expect }) => {
    const streams = new TakenStreams();
    await using served = await serve(streams.take);
    const client = await served.client();
    const last = limits.connectionStreams * 2 + 1;
    for (let id = 1; id <= last; id += 2) client.send(headers(id));
    const reset = await client.next("rstStream");
    expect([reset.streamId, reset.payload.readUInt32BE()]).toEqual([last, REFUSED_STREAM]);
    client.send(frame("rstStream", { streamId: 1, payload: uint32(8) }), headers(last + 2));
    await streams.at(limits.connectionStreams);
  });

  it("frames of unknown types, priorities and flags mean nothing", async ({ expect }) => {
    await using served = await serve();
    const client = await served.client();
    client.send(
      { ...data(0, "unknown"), type: 200 },
      { ...data(7, Buffer.alloc(16_384)), type: 11 },
      frame("priority", { streamId: 9, payload: Buffer.from([0, 0, 0, 0, 1]) }),
      frame("settings", { payload: Buffer.concat([Buffer.from([0xab, 0xcd]), uint32(1)]) }),
      { ...bodiless(1), flags: 0xd7 & ~0x8 },
    );
    expect((await client.next("headers")).streamId).toBe(1);
  });
});

describe("answers", () => {
  it("each receiver is told once that its stream is over, and how", async ({ expect }) => {
    const streams = new TakenStreams();
    await using served = await serve(streams.take);
    const client = await served.client();
    client.send(bodiless(1), headers(3), headers(5), headers(7), headers(9));
    const whole = await streams.at(0);
    whole.stream.end({ ":status": "200" });
    const early = await streams.at(1);
    early.stream.respond({ ":status": "200" });
    early.stream.end({ "grpc-status": "0" });
    const broken = await streams.at(2);
    broken.stream.reset(8);
    client.send(frame("rstStream", { streamId: 7, payload: uint32(8) }));
    const isTold = ({ told }: { readonly told: readonly string[] }): boolean => told.length > 0;
    expect((await streams.at(0, ({ told }) => told.length > 1)).told).toEqual(["end", "closed"]);
    expect((await streams.at(1, isTold)).told).toEqual(["broken off"]);
    expect((await streams.at(2, isTold)).told).toEqual(["broken off"]);
    expect((await streams.at(3, isTold)).told).toEqual(["broken off"]);
    client.close();
    expect((await streams.at(4, isTold)).told).toEqual(["broken off"]);
    expect(early.told).toEqual(["broken off"]);
  });

  it("headers that need more than a frame go on in others", async ({ expect }) => {
    await using served = await serve((stream) =>
      stream.end({ ":status": "200", large: "x".repeat(40_000) }),
    );
    const client = await served.client();
    client.send(bodiless(1));
    const first = await client.next("headers", 1);
    const second = await client.next("continuation", 1);
    const third = await client.next("continuation", 1);
    const block = Buffer.concat([first.payload, second.payload, third.payload]);
    const { fields } = new HeaderDecoder(limits.headerBytes).decode(block, 0, block.byteLength);
    expect(fields[1]?.value).toHaveLength(40_000);
    expect([first.flags, second.flags, third.flags]).toEqual([END_STREAM, 0, END_HEADERS]);
  });

  it("what others would take for more headers is not sent", async ({ expect }) => {
    const streams = new TakenStreams();
    await using served = await serve(streams.take);
    const client = await served.client();
    client.send(bodiless(1));
    const { stream } = await streams.at(0);
    for (const value of ["a\r\nb: c", "a\nb", "\u010A", "\0"])
      expect(() => stream.respond({ ":status": "200", text: value })).toThrow(
        "cannot have the value",
      );
  });

  it("an early answer to the last bytes does not refuse a request that ends with them", async ({
    expect,
  }) => {
    await using served = await serve((stream) =>
      stream.receive({
        data: () => stream.end({ ":status": "200" }),
        end: () => {},
        close: () => {},
      }),
    );
    const client = await served.client();
    client.send(headers(1), lastData(1, "x"));
    await client.next("headers", 1);
    expect(await client.settled()).toEqual([]);
  });
});
