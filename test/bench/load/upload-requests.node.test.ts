import { createHash } from "node:crypto";
import { fromBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { BatchUpdateBlobsRequestSchema } from "../../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { WriteRequestSchema } from "../../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import { messagesIn } from "../work/messages.node.ts";
import type { UploadPlan } from "./upload-plan.ts";
import { prepareUploads } from "./upload-requests.node.ts";

const plan: UploadPlan = {
  kind: "write",
  port: 1,
  authorization: "Bearer x",
  sizeBytes: 150_000,
  blobsPerRequest: 1,
  requests: 3,
  firstBlob: 0,
  seconds: 1,
  width: { connections: 1, streams: 1 },
};

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

test.each([4, 16, 65_536, 65_537, 150_000])(
  "a Write of %i bytes brings them in messages",
  (sizeBytes) => {
    const [upload] = prepareUploads({ ...plan, sizeBytes, requests: 1 });
    const messages = messagesIn(Buffer.concat(upload ?? [])).map((one) =>
      fromBinary(WriteRequestSchema, one),
    );
    const bytes = Buffer.concat(messages.map(({ data }) => data));
    expect(messages[0]?.resourceName).toMatch(
      new RegExp(`^uploads/[0-9a-f-]{36}/blobs/${sha256(bytes)}/${sizeBytes}$`),
    );
    expect(messages).toHaveLength(Math.ceil(sizeBytes / 65_536));
    expect(messages.map(({ writeOffset }) => Number(writeOffset))).toEqual(
      messages.map((_, index) => index * 65_536),
    );
    expect(messages.map(({ finishWrite }) => finishWrite)).toEqual(
      messages.map((_, index) => index === messages.length - 1),
    );
  },
);

test("a batch brings blobs that its digests name, and another run brings others", () => {
  const batch: UploadPlan = { ...plan, kind: "batch", sizeBytes: 100, blobsPerRequest: 5 };
  const hashes = [batch, { ...batch, firstBlob: 15 }].flatMap((one) =>
    prepareUploads(one).flatMap((upload) =>
      messagesIn(Buffer.concat(upload)).flatMap((message) =>
        fromBinary(BatchUpdateBlobsRequestSchema, message).requests.map(({ digest, data }) => {
          expect(digest).toMatchObject({ hash: sha256(data), sizeBytes: 100n });
          return digest?.hash;
        }),
      ),
    ),
  );
  expect(new Set(hashes).size).toBe(30);
});

test("a PUT names its blob and says who makes it", () => {
  const [upload] = prepareUploads({ ...plan, kind: "put" });
  const [head, ...body] = upload ?? [];
  expect(head?.toString().split("\r\n")).toEqual([
    `PUT /cas/${sha256(Buffer.concat(body))} HTTP/1.1`,
    "Host: 127.0.0.1",
    "Authorization: Bearer x",
    "Content-Length: 150000",
    "",
    "",
  ]);
});
