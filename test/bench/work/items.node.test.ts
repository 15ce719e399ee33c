import { create, toBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import {
  ActionResultSchema,
  FindMissingBlobsResponseSchema,
} from "../../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { ReadResponseSchema } from "../../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import { encode } from "../../support/raw-grpc.node.ts";
import { MadeUpBlobs } from "../made-up-blobs.node.ts";
import { actionResultOf, wireDigest } from "./action.ts";
import { findMissing, getActionResult, read } from "./call-items.node.ts";
import { quickItems, workItems } from "./items.node.ts";
import { messagesIn } from "./messages.node.ts";

const width = { connections: 1, streams: 1 };

test("work has names of its own, and the quick work is a part of all", () => {
  expect(new Set(workItems.map(({ name }) => name)).size).toBe(workItems.length);
  expect(quickItems.length).toBeGreaterThan(5);
  expect(quickItems.length).toBeLessThan(workItems.length);
});

test("an action result has about 1 KB", () => {
  const { digests } = new MadeUpBlobs(2048, 8);
  const { byteLength } = encode(ActionResultSchema, actionResultOf(digests));
  expect(byteLength).toBeGreaterThan(900);
  expect(byteLength).toBeLessThan(1200);
});

test("answers that are wrong are told", () => {
  const made = new MadeUpBlobs(2048, 8);
  const missing = create(FindMissingBlobsResponseSchema, {
    missingBlobDigests: made.digests.slice(1, 3).map(wireDigest),
  });
  const answer = Buffer.from(toBinary(FindMissingBlobsResponseSchema, missing));
  const right = Buffer.from(encode(ActionResultSchema, actionResultOf(made.digests)));
  const partial = Buffer.from(encode(ActionResultSchema, actionResultOf(made.digests.slice(1))));
  expect(() => findMissing(8, width, 1).check([answer], made)).toThrow("missing blobs: 2");
  expect(() => findMissing(8, width, 1).check([], made)).toThrow("missing blobs: undefined");
  expect(() => getActionResult(1).check([partial], made)).toThrow(/^outputs: /);
  expect(() => getActionResult(1).check([right], made)).not.toThrow();
});

test("a read is right if all bytes of all messages are", () => {
  const made = new MadeUpBlobs(100_000, 1);
  const bytes = Buffer.concat(made.pieces(0));
  const [first, second] = [bytes.subarray(0, 70_000), bytes.subarray(70_000)].map((data) =>
    Buffer.from(encode(ReadResponseSchema, { data })),
  );
  const work = read(100_000, 1, 1);
  expect(() => work.check([first ?? bytes, second ?? bytes], made)).not.toThrow();
  expect(() => work.check([first ?? bytes], made)).toThrow("70000 of them");
});

test("messages are taken out of their envelopes", () => {
  const body = Buffer.from([0, 0, 0, 0, 2, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 9]);
  expect(messagesIn(body)).toEqual([Buffer.from([7, 8]), Buffer.alloc(0), Buffer.from([9])]);
  expect(() => messagesIn(body.subarray(0, 6))).toThrow("breaks off");
});
