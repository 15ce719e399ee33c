import { create } from "@bufbuild/protobuf";
import {
  type WriteRequest,
  WriteRequestSchema,
} from "../../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import { concat } from "../../support/bytes.ts";
import type { AlterWrites } from "./altered-writes.node.ts";
import { shapeOf } from "./zstd-frames.node.ts";

/** Rules that a server could forget, each of which a few runs must miss. */
export const plantedOnWire: Readonly<Record<string, AlterWrites>> = {
  "the end of a stream is taken for the last message": async function* (messages) {
    let next = 0n;
    let isFinished = false;
    for await (const message of messages) {
      yield message;
      next = endOf(message);
      isFinished ||= message.finishWrite;
    }
    if (!isFinished) yield create(WriteRequestSchema, { writeOffset: next, finishWrite: true });
  },

  "offsets are not looked at": async function* (messages) {
    let next = 0n;
    for await (const message of messages) {
      const moved = { ...message, writeOffset: next };
      next = endOf(moved);
      yield moved;
    }
  },

  "names may change": async function* (messages) {
    let name: string | undefined;
    for await (const message of messages) {
      name ??= message.resourceName;
      yield { ...message, resourceName: name };
    }
  },

  "the rest of a stream is not looked at": async function* (messages) {
    for await (const message of messages) {
      yield message;
      if (message.finishWrite) return;
    }
  },

  "what is too much is cut off": async function* (messages) {
    let sizeBytes = 0n;
    for await (const message of messages) {
      const { resourceName, writeOffset, data } = message;
      const [, size] = /\/blobs\/(?:[^/]+\/)*(\d+)$/.exec(`/${resourceName}`) ?? [];
      if (size !== undefined) sizeBytes = BigInt(size);
      const room = sizeBytes === 0n ? data.byteLength : Number(sizeBytes - writeOffset);
      yield { ...message, data: data.subarray(0, Math.max(0, room)) };
    }
  },

  "what stands behind a frame is not looked at": async function* (messages) {
    let before: Uint8Array = new Uint8Array();
    for await (const message of messages) {
      const all = concat([before, message.data]);
      const frames = message.finishWrite ? wholeFramesIn(all) : all;
      yield { ...message, data: frames.subarray(before.byteLength) };
      before = all;
    }
  },
};

function endOf({ writeOffset, data }: WriteRequest): bigint {
  return writeOffset + BigInt(data.byteLength);
}

function wholeFramesIn(bytes: Uint8Array): Uint8Array {
  for (let end = bytes.byteLength; end > Math.max(0, bytes.byteLength - 50); end--) {
    const frames = bytes.subarray(0, end);
    if (shapeOf(frames).isWhole) return frames;
  }
  return bytes;
}
