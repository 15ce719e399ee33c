import type { ServiceImpl } from "@connectrpc/connect";
import type {
  ByteStream,
  ReadRequest,
} from "../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import { invalidArgument } from "../../shared/request-error.ts";
import type { Soon, SoonAll } from "../../shared/soon.ts";
import type { Services } from "../../shared/services/services.ts";
import { type ReadMessage, readMessages } from "./byte-stream-read.ts";
import { queryWriteStatus, write } from "./byte-stream-write.ts";
import type { CallContext, ForAnyCall } from "./call-context.ts";
import { WriteStream } from "./write-stream.ts";

type Handlers = ForAnyCall<ServiceImpl<typeof ByteStream>>;

export function byteStreamHandler(services: Services): Handlers {
  return {
    read: async function* (request, context) {
      yield* await readSoon(request, services, context);
    },
    write: async (requests, context) => {
      const stream = new WriteStream(requests);
      checkNameHeader(context, (await stream.first()).resourceName);
      return { committedSize: await write(stream, services, context) };
    },
    queryWriteStatus: async (request, context) => {
      checkNameHeader(context, request.resourceName);
      return await queryWriteStatus(request.resourceName, services, context);
    },
  };
}

/** ByteStream.Read, for servers that can send at once what is known at once. */
export function readSoon(
  request: ReadRequest,
  services: Services,
  context: CallContext,
): Soon<SoonAll<ReadMessage>> {
  checkNameHeader(context, request.resourceName);
  return readMessages(request, services, context);
}

/** Proxies route by a copy of the resource name in the headers; one that differs is a mistake worth telling. */
function checkNameHeader(context: CallContext, resourceName: string): void {
  const header = context.requestHeader.get("build.bazel.remote.execution.v2.resource-name");
  if (header === null || header === resourceName) return;
  throw invalidArgument("resource_name", "differs from the resource-name header of the call");
}
