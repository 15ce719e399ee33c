import { gzipSync } from "node:zlib";
import { envelope } from "../support/raw-grpc.node.ts";
import { mutate } from "./mutate.node.ts";
import type { Random } from "./random.node.ts";

/** What travels on one call. */
interface Shape {
  readonly body: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Makes a mistake in a call that sends `message`. */
export type Twist = (message: Buffer, random: Random) => Shape;

const gzip = { "grpc-encoding": "gzip" };

const lengths = [0, 1, 2 ** 24, 2 ** 31, 2 ** 32 - 1] as const;

const contentTypes = [
  "",
  "text/plain",
  "application/json",
  "application/proto",
  "application/grpc+json",
  "application/grpc+unknown",
  "application/grpc;charset=utf-8",
  "application/grpc-web",
  "application/grpc-web-text",
  "application/connect+proto",
  "application/connect+json",
] as const;

const timeouts = ["", "1", "-1S", "99999999999S", "1X", "0n", "1n"] as const;

export const twists: Readonly<Record<string, Twist>> = {
  "random messages": (_, random) => ({ body: envelope(random.bytes(random.below(200))) }),
  "mutated messages": (message, random) => ({ body: envelope(mutate(message, random)) }),
  "more messages than one": (message, random) => ({
    body: Buffer.concat([envelope(message), envelope(mutate(message, random))]),
  }),
  "mutated envelopes": (message, random) => ({ body: mutate(envelope(message), random) }),
  "truncated envelopes": (message, random) => ({
    body: envelope(message).subarray(0, random.below(message.byteLength + 5)),
  }),
  "wrong lengths": (message, random) => {
    const body = envelope(message);
    body.writeUInt32BE(random.pick(lengths), 1);
    return { body };
  },
  "flags that mean nothing": (message, random) => ({
    body: envelope(message, random.below(256)),
  }),
  "compression that was not announced": (message) => ({ body: envelope(gzipSync(message), 1) }),
  "compression that is none": (message) => ({ body: envelope(message, 1), headers: gzip }),
  "mutated compression": (message, random) => ({
    body: envelope(mutate(gzipSync(message), random), 1),
    headers: gzip,
  }),
  "unknown compression": (message, random) => ({
    body: envelope(message, random.below(2)),
    headers: { "grpc-encoding": "rot13" },
  }),
  "other content types": (message, random) => ({
    body: random.chance(0.5) ? envelope(message) : message,
    headers: { "content-type": random.pick(contentTypes) },
  }),
  "strange timeouts": (message, random) => ({
    body: envelope(message),
    headers: { "grpc-timeout": random.pick(timeouts) },
  }),
};
