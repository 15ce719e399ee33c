import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { UniversalHandlerFn } from "@connectrpc/connect/protocol";
import {
  ByteStream,
  type WriteRequest,
  WriteRequestSchema,
} from "../../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import { envelope, pathOf } from "../../support/raw-grpc.node.ts";

export type AlterWrites = (messages: AsyncIterable<WriteRequest>) => AsyncIterable<WriteRequest>;

const HEADER_BYTES = 5;
const writePath = pathOf(ByteStream.method.write);

/** The routes, to which all messages of Writes come as `alter` makes them: whatever they forgive, the routes seem to forgive. */
export function alteredWrites(routes: UniversalHandlerFn, alter: AlterWrites): UniversalHandlerFn {
  return async (request) => {
    const { body, url } = request;
    const isStream = typeof body === "object" && body !== null && Symbol.asyncIterator in body;
    if (!url.endsWith(writePath) || !isStream) return await routes(request);
    return await routes({ ...request, body: encoded(alter(decoded(body))) });
  };
}

async function* decoded(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<WriteRequest, void, undefined> {
  let held: Uint8Array = new Uint8Array();
  for await (const chunk of body) {
    held = Buffer.concat([held, chunk]);
    for (;;) {
      const end = HEADER_BYTES + lengthIn(held);
      if (held.byteLength < end) break;
      yield fromBinary(WriteRequestSchema, held.subarray(HEADER_BYTES, end));
      held = held.subarray(end);
    }
  }
}

/** What the envelope says of its message; more than there is, where there is no envelope yet. */
function lengthIn(bytes: Uint8Array): number {
  if (bytes.byteLength < HEADER_BYTES) return Infinity;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(1);
}

async function* encoded(
  messages: AsyncIterable<WriteRequest>,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const message of messages) {
    yield envelope(toBinary(WriteRequestSchema, create(WriteRequestSchema, message)));
  }
}
