import { describe, it } from "vitest";
import {
  END_HEADERS,
  END_STREAM,
  type Frame,
  frame,
  preface,
  uint32,
} from "../support/http2-frames.node.ts";
import { FrameClient } from "../support/frame-client.node.ts";
import { bodiless, data, headers, lastData, pseudoHeaders } from "./requests.node.ts";
import { echo, serve } from "./served.node.ts";

const PROTOCOL_ERROR = 1;
const FLOW_CONTROL_ERROR = 3;
const STREAM_CLOSED = 5;
const FRAME_SIZE_ERROR = 6;
const COMPRESSION_ERROR = 9;
const ENHANCE_YOUR_CALM = 11;

const PADDED = 0x8;
const PRIORITY = 0x20;
const MAX_WINDOW = 2 ** 31 - 1;

function setting(id: number, value: number): Frame {
  return frame("settings", { payload: Buffer.concat([Buffer.from([0, id]), uint32(value)]) });
}

function windowUpdate(streamId: number, bytes: number): Frame {
  return frame("windowUpdate", { streamId, payload: uint32(bytes) });
}

function reset(streamId: number): Frame {
  return frame("rstStream", { streamId, payload: uint32(8) });
}

/** What ends the whole connection, and with what error. */
const connectionErrors: readonly (readonly [string, number, readonly Frame[]])[] = [
  ["DATA without a stream", PROTOCOL_ERROR, [data(0, "x")]],
  ["DATA on a stream that has not begun", PROTOCOL_ERROR, [data(1, "x")]],
  [
    "DATA with padding and no room for its length",
    FRAME_SIZE_ERROR,
    [headers(1), data(1, "", PADDED)],
  ],
  [
    "DATA with more padding than bytes",
    PROTOCOL_ERROR,
    [headers(1), data(1, "\u0005abcd", PADDED)],
  ],
  ["a frame above 16 KiB", FRAME_SIZE_ERROR, [headers(1), data(1, Buffer.alloc(16_385))]],
  [
    "a large frame of no known type",
    FRAME_SIZE_ERROR,
    [{ ...data(1, Buffer.alloc(16_385)), type: 77 }],
  ],
  ["DATA behind its request's end", STREAM_CLOSED, [bodiless(1), lastData(1), data(1, "x")]],
  ["HEADERS without a stream", PROTOCOL_ERROR, [headers(0)]],
  ["HEADERS on a server's stream", PROTOCOL_ERROR, [headers(2)]],
  ["HEADERS on a stream that was passed over", PROTOCOL_ERROR, [bodiless(5), bodiless(3)]],
  [
    "HEADERS with more padding than bytes",
    PROTOCOL_ERROR,
    [{ ...headers(1), flags: END_HEADERS | PADDED, payload: Buffer.from([9, 0x82]) }],
  ],
  [
    "HEADERS that are too short for a priority",
    FRAME_SIZE_ERROR,
    [{ ...headers(1), flags: END_HEADERS | PRIORITY, payload: Buffer.from([0, 0]) }],
  ],
  [
    "HEADERS on a stream that its client has reset",
    STREAM_CLOSED,
    [headers(1), reset(1), bodiless(1)],
  ],
  [
    "DATA on a stream that its client has reset",
    STREAM_CLOSED,
    [headers(1), reset(1), data(1, "x")],
  ],
  [
    "a block that cannot be decoded",
    COMPRESSION_ERROR,
    [{ ...headers(1), payload: Buffer.from([0x80]) }],
  ],
  [
    "a block that cannot be decoded, on a stream that is over",
    COMPRESSION_ERROR,
    [headers(1), { ...headers(1), payload: Buffer.from([0x80]) }],
  ],
  [
    "CONTINUATION of nothing",
    PROTOCOL_ERROR,
    [frame("continuation", { streamId: 1, flags: END_HEADERS })],
  ],
  [
    "CONTINUATION of another stream",
    PROTOCOL_ERROR,
    [headers(1, [], 0), frame("continuation", { streamId: 3 })],
  ],
  ["DATA inside a header block", PROTOCOL_ERROR, [headers(1, pseudoHeaders, 0), data(1, "x")]],
  [
    "an unknown frame inside a header block",
    PROTOCOL_ERROR,
    [headers(1, pseudoHeaders, 0), { ...data(1, "x"), type: 77 }],
  ],
  [
    "a header block without an end",
    ENHANCE_YOUR_CALM,
    [
      headers(1, [], 0),
      ...Array.from({ length: 40 }, () => frame("continuation", { streamId: 1 })),
    ],
  ],
  [
    "a header block that is too large",
    ENHANCE_YOUR_CALM,
    [
      headers(1, [], 0),
      ...Array.from({ length: 5 }, () =>
        frame("continuation", { streamId: 1, payload: Buffer.alloc(16_000) }),
      ),
    ],
  ],
  ["PRIORITY without a stream", PROTOCOL_ERROR, [frame("priority", { payload: Buffer.alloc(5) })]],
  [
    "PRIORITY of a wrong size, for a stream that has not begun",
    FRAME_SIZE_ERROR,
    [frame("priority", { streamId: 1, payload: Buffer.alloc(4) })],
  ],
  ["RST_STREAM without a stream", PROTOCOL_ERROR, [reset(0)]],
  ["RST_STREAM of a stream that has not begun", PROTOCOL_ERROR, [reset(1)]],
  [
    "RST_STREAM of a wrong size",
    FRAME_SIZE_ERROR,
    [headers(1), frame("rstStream", { streamId: 1, payload: Buffer.alloc(5) })],
  ],
  ["SETTINGS for a stream", PROTOCOL_ERROR, [frame("settings", { streamId: 1 })]],
  ["SETTINGS of a wrong size", FRAME_SIZE_ERROR, [frame("settings", { payload: Buffer.alloc(5) })]],
  [
    "SETTINGS that acknowledge and say more",
    FRAME_SIZE_ERROR,
    [frame("settings", { flags: 1, payload: Buffer.alloc(6) })],
  ],
  ["a push setting that is neither on nor off", PROTOCOL_ERROR, [setting(2, 2)]],
  ["an initial window that is too large", FLOW_CONTROL_ERROR, [setting(4, 2 ** 31)]],
  ["frames that may only be small", PROTOCOL_ERROR, [setting(5, 16_383)]],
  ["frames that may be too large", PROTOCOL_ERROR, [setting(5, 2 ** 24)]],
  [
    "a push",
    PROTOCOL_ERROR,
    [headers(1), frame("pushPromise", { streamId: 1, flags: END_HEADERS, payload: uint32(2) })],
  ],
  ["PING for a stream", PROTOCOL_ERROR, [frame("ping", { streamId: 1, payload: Buffer.alloc(8) })]],
  ["PING of a wrong size", FRAME_SIZE_ERROR, [frame("ping", { payload: Buffer.alloc(9) })]],
  [
    "GOAWAY for a stream",
    PROTOCOL_ERROR,
    [frame("goAway", { streamId: 1, payload: Buffer.alloc(8) })],
  ],
  ["GOAWAY of a wrong size", FRAME_SIZE_ERROR, [frame("goAway", { payload: Buffer.alloc(7) })]],
  [
    "WINDOW_UPDATE of a wrong size",
    FRAME_SIZE_ERROR,
    [frame("windowUpdate", { payload: Buffer.alloc(3) })],
  ],
  ["WINDOW_UPDATE of a stream that has not begun", PROTOCOL_ERROR, [windowUpdate(1, 1)]],
  ["a connection's window that opens by nothing", PROTOCOL_ERROR, [windowUpdate(0, 0)]],
  ["a connection's window that is too large", FLOW_CONTROL_ERROR, [windowUpdate(0, MAX_WINDOW)]],
  [
    "a stream's window that becomes too large by a setting",
    FLOW_CONTROL_ERROR,
    [headers(1), windowUpdate(1, MAX_WINDOW - 65_535), setting(4, 65_536)],
  ],
];

/** What ends stream 1 alone, and with what error. */
const streamErrors: readonly (readonly [string, number, readonly Frame[]])[] = [
  [
    "headers behind the end of a request",
    STREAM_CLOSED,
    [blocked(), headers(1, [], END_HEADERS | END_STREAM)],
  ],
  ["data behind the end of a request", STREAM_CLOSED, [blocked(), data(1, "x")]],
  [
    "headers amid a body that are not the last",
    PROTOCOL_ERROR,
    [headers(1), headers(1, [["a", "b"]])],
  ],
  [
    "trailers with a pseudo-header",
    PROTOCOL_ERROR,
    [headers(1), headers(1, [[":path", "/"]], END_HEADERS | END_STREAM)],
  ],
  [
    "trailers that HTTP/1.1 alone has",
    PROTOCOL_ERROR,
    [headers(1), headers(1, [["connection", "close"]], END_HEADERS | END_STREAM)],
  ],
  [
    "a stream that depends on itself",
    PROTOCOL_ERROR,
    [
      {
        ...bodiless(1),
        flags: END_HEADERS | PRIORITY,
        payload: Buffer.concat([uint32(1), Buffer.from([0]), headers(1).payload]),
      },
    ],
  ],
  [
    "PRIORITY that depends on itself",
    PROTOCOL_ERROR,
    [
      headers(1),
      frame("priority", { streamId: 1, payload: Buffer.concat([uint32(1), Buffer.from([0])]) }),
    ],
  ],
  [
    "PRIORITY of a wrong size",
    FRAME_SIZE_ERROR,
    [headers(1), frame("priority", { streamId: 1, payload: Buffer.alloc(4) })],
  ],
  ["a window that opens by nothing", PROTOCOL_ERROR, [headers(1), windowUpdate(1, 0)]],
  ["a window that is too large", FLOW_CONTROL_ERROR, [headers(1), windowUpdate(1, MAX_WINDOW)]],
  ["less data than announced", PROTOCOL_ERROR, [announced("5"), lastData(1, "four")]],
  ["more data than announced", PROTOCOL_ERROR, [announced("3"), data(1, "four")]],
  ["no data where some was announced", PROTOCOL_ERROR, [bodiless(1, [["content-length", "3"]])]],
  [
    "trailers before the data that was announced",
    PROTOCOL_ERROR,
    [announced("3"), headers(1, [], END_HEADERS | END_STREAM)],
  ],
  [
    "two lengths that differ",
    PROTOCOL_ERROR,
    [
      bodiless(1, [
        ["content-length", "0"],
        ["content-length", "1"],
      ]),
    ],
  ],
  ["a length that is none", PROTOCOL_ERROR, [bodiless(1, [["content-length", "-1"]])]],
  ["a name in upper case", PROTOCOL_ERROR, [bodiless(1, [["X-Name", "a"]])]],
  ["a name with a space", PROTOCOL_ERROR, [bodiless(1, [["x name", "a"]])]],
  ["an empty name", PROTOCOL_ERROR, [bodiless(1, [["", "a"]])]],
  ["a value with a line end", PROTOCOL_ERROR, [bodiless(1, [["a", "b\r\nc: d"]])]],
  ["a value with a NUL", PROTOCOL_ERROR, [bodiless(1, [["a", "b\0c"]])]],
  ["a value that begins with a space", PROTOCOL_ERROR, [bodiless(1, [["a", " b"]])]],
  ["a value that ends with a tab", PROTOCOL_ERROR, [bodiless(1, [["a", "b\t"]])]],
  [
    "a field of HTTP/1.1's connections",
    PROTOCOL_ERROR,
    [bodiless(1, [["transfer-encoding", "chunked"]])],
  ],
  ["te with other than trailers", PROTOCOL_ERROR, [bodiless(1, [["te", "gzip"]])]],
  ["an unknown pseudo-header", PROTOCOL_ERROR, [bodiless(1, [[":protocol", "websocket"]])]],
  ["an answer's pseudo-header", PROTOCOL_ERROR, [bodiless(1, [[":status", "200"]])]],
  [
    "a pseudo-header behind a field",
    PROTOCOL_ERROR,
    [
      bodiless(1, [
        ["a", "b"],
        [":authority", "c"],
      ]),
    ],
  ],
  ["a pseudo-header twice", PROTOCOL_ERROR, [bodiless(1, [[":path", "/again"]])]],
  ["no method", PROTOCOL_ERROR, [headers(1, pseudoHeaders.slice(1))]],
  ["no scheme", PROTOCOL_ERROR, [headers(1, pseudoHeaders.toSpliced(1, 1))]],
  ["no path", PROTOCOL_ERROR, [headers(1, pseudoHeaders.slice(0, 2))]],
  ["an empty path", PROTOCOL_ERROR, [headers(1, [...pseudoHeaders.slice(0, 2), [":path", ""]])]],
  ["a tunnel to nowhere", PROTOCOL_ERROR, [headers(1, [[":method", "CONNECT"]])]],
];

/** A request whose answer stays open, since it waits for a window. */
function blocked(): Frame {
  return bodiless(1, [["x-answer", "never"]]);
}

function announced(length: string): Frame {
  return headers(1, [...pseudoHeaders, ["content-length", length]]);
}

describe("what ends a connection", () => {
  it.for(connectionErrors)("%s: error %i", async ([, code, frames], { expect }) => {
    await using served = await serve();
    const client = await served.client();
    client.send(...frames);
    expect(await client.lastWord()).toBe(code);
  });

  it.for([
    ["another protocol", Buffer.from("GET / HTTP/1.1\r\n\r\n")],
    ["a preface that goes wrong late", Buffer.concat([preface.subarray(0, 23), Buffer.from("x")])],
    ["no settings first", Buffer.concat([preface, Buffer.from([0, 0, 8, 6, 0, 0, 0, 0, 0])])],
    [
      "an acknowledgement first",
      Buffer.concat([preface, Buffer.from([0, 0, 0, 4, 1, 0, 0, 0, 0])]),
    ],
  ] as const)("%s, from the beginning", async ([, bytes], { expect }) => {
    await using served = await serve();
    const client = await FrameClient.connect(served.port);
    client.sendBytes(bytes);
    expect(await client.lastWord()).toBe(PROTOCOL_ERROR);
    expect(served.opened.size).toBe(0);
  });
});

describe("what ends a stream", () => {
  it.for(streamErrors)("%s: error %i", async ([, code, frames], { expect }) => {
    await using served = await serve((stream) => {
      if (stream.headers.get("x-answer") === "never") stream.receive(ignoring);
      else echo(stream);
    });
    const client = await served.client();
    client.send(...frames);
    const error = await client.next("rstStream", 1);
    expect(error.payload.readUInt32BE()).toBe(code);
    // The others go on.
    client.send(bodiless(3));
    await client.next("headers", 3);
  });
});

const ignoring = { data: () => {}, end: () => {}, close: () => {} };
