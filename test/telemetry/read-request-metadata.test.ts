import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { base64Encode } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type MetadataTexts,
  readRequestMetadata,
} from "../../functions/handlers/read-request-metadata.ts";
import { RequestMetadataSchema } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { concat } from "../support/bytes.ts";
import { runs } from "../support/runs.ts";

const texts = fc.oneof(
  fc.string({ maxLength: 300 }),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constant("x".repeat(9000)),
);

const messages = fc
  .record({
    toolDetails: fc.option(fc.record({ toolName: texts, toolVersion: texts }), { nil: undefined }),
    actionId: texts,
    toolInvocationId: texts,
    correlatedInvocationsId: texts,
    actionMnemonic: texts,
    targetId: texts,
    configurationId: texts,
  })
  .map(({ toolDetails, ...rest }) =>
    toBinary(
      RequestMetadataSchema,
      create(RequestMetadataSchema, toolDetails === undefined ? rest : { ...rest, toolDetails }),
    ),
  );

/** Messages, two in one, which makes the last of each text count, and whatever clients might send besides. */
const bytes = fc.oneof(
  messages,
  fc.array(fc.oneof(messages, fc.uint8Array({ maxLength: 8 })), { maxLength: 3 }).map(concat),
  fc.uint8Array({ maxLength: 40 }),
);

const encodings = fc.constantFrom("std", "std_raw", "url" as const);

/** What protobuf-es reads; `undefined` for what is no message. */
function expected(message: Uint8Array): MetadataTexts | undefined {
  try {
    const metadata = fromBinary(RequestMetadataSchema, message);
    return {
      toolName: metadata.toolDetails?.toolName ?? "",
      toolVersion: metadata.toolDetails?.toolVersion ?? "",
      invocationId: metadata.toolInvocationId,
      actionId: metadata.actionId,
      mnemonic: metadata.actionMnemonic,
      target: metadata.targetId,
    };
  } catch {
    return undefined;
  }
}

function read(value: string): MetadataTexts | undefined {
  try {
    return readRequestMetadata(value);
  } catch {
    return undefined;
  }
}

test("what is read of a RequestMetadata is what protobuf-es reads", () => {
  fc.assert(
    fc.property(bytes, encodings, (message, encoding) => {
      expect(read(base64Encode(message, encoding))).toEqual(expected(message));
    }),
    { ...runs, numRuns: 2000 },
  );
});
