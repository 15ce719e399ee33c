import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import { parseReadName, parseWriteName } from "../../shared/digest/resource-name.ts";
import { limits } from "../../shared/limits.ts";
import type {
  ByteStream,
  WriteRequest,
} from "../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import { invalidArgument } from "../../shared/request-error.ts";
import type { Services } from "../../shared/services/services.ts";
import { callOf } from "./call-of.ts";
import { UnfinishedWrite, WriteStream } from "./write-stream.ts";

export function byteStreamHandler(services: Services): ServiceImpl<typeof ByteStream> {
  return {
    read: async function* (request, context) {
      const { resourceName, readOffset, readLimit } = request;
      checkNameHeader(context, resourceName);
      const { instanceName, digest } = parseReadName(resourceName, services);
      const call = callOf(context, instanceName);
      await using source = await services.blobs.read(digest, readOffset, readLimit, call);
      for await (const chunk of source) {
        for (let at = 0; at < chunk.byteLength; at += limits.readMessageBytes) {
          yield { data: chunk.subarray(at, at + limits.readMessageBytes) };
        }
      }
    },
    write: async (requests, context) => ({
      committedSize: await write(new WriteStream(requests), services, context),
    }),
    queryWriteStatus: async (request, context) => {
      checkNameHeader(context, request.resourceName);
      const { instanceName, digest } = parseWriteName(request.resourceName, services);
      // Uploads that broke off are not kept: whoever asks starts again at 0, which every client can.
      const complete = await services.uploads.isPresent(digest, callOf(context, instanceName));
      return { committedSize: complete ? BigInt(digest.sizeBytes) : 0n, complete };
    },
  };
}

/** Resolves the committed size. */
async function write(
  stream: WriteStream,
  services: Services,
  context: HandlerContext,
): Promise<bigint> {
  const first = await stream.first();
  checkNameHeader(context, first.resourceName);
  const { instanceName, digest } = parseWriteName(first.resourceName, services);
  const call = callOf(context, instanceName);
  services.uploads.checkSize(digest);
  const committed = BigInt(digest.sizeBytes);
  if (await services.uploads.isPresent(digest, call)) return committed;
  checkFirstOffset(first);
  try {
    const outcome = await services.uploads.write(digest, stream.data(), call);
    if (outcome === "stored") await stream.expectEnd();
  } catch (error) {
    // Half-closed before finish_write: not a failure, but nothing of it is kept.
    if (error instanceof UnfinishedWrite) return 0n;
    throw error;
  }
  return committed;
}

function checkFirstOffset({ writeOffset }: WriteRequest): void {
  if (writeOffset === 0n) return;
  throw invalidArgument(
    "write_offset",
    `${writeOffset} where an upload starts; nothing of it is kept, start at 0`,
  );
}

/** Proxies route by a copy of the resource name in the headers; one that differs is a mistake worth telling. */
function checkNameHeader(context: HandlerContext, resourceName: string): void {
  const header = context.requestHeader.get("build.bazel.remote.execution.v2.resource-name");
  if (header === null || header === resourceName) return;
  throw invalidArgument("resource_name", "differs from the resource-name header of the call");
}
