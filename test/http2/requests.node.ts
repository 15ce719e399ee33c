import {
  END_HEADERS,
  END_STREAM,
  type Frame,
  frame,
  headerBlock,
} from "../support/http2-frames.node.ts";

export type Field = readonly [name: string, value: string];

/** The pseudo-headers that every request has. */
export const pseudoHeaders: readonly Field[] = [
  [":method", "POST"],
  [":scheme", "http"],
  [":path", "/"],
];

/** A HEADERS frame with these fields, or with those of the smallest request. */
export function headers(
  streamId: number,
  fields: readonly Field[] = pseudoHeaders,
  flags: number = END_HEADERS,
): Frame {
  return frame("headers", { flags, streamId, payload: headerBlock(fields) });
}

/** A request without a body. */
export function bodiless(streamId: number, fields: readonly Field[] = []): Frame {
  return headers(streamId, [...pseudoHeaders, ...fields], END_HEADERS | END_STREAM);
}

export function data(streamId: number, payload: Buffer | string, flags = 0): Frame {
  return frame("data", { streamId, flags, payload: Buffer.from(payload) });
}

/** The last of a request. */
export function lastData(streamId: number, payload: Buffer | string = ""): Frame {
  return data(streamId, payload, END_STREAM);
}
