import type { MessageInitShape } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import { parseWriteName, type UploadName } from "../../shared/digest/resource-name.ts";
import type {
  QueryWriteStatusResponseSchema,
  WriteRequest,
} from "../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import { invalidArgument } from "../../shared/request-error.ts";
import type { Services } from "../../shared/services/services.ts";
import { callOf } from "./call-of.ts";
import { UnfinishedWrite, type WriteStream } from "./write-stream.ts";

/** One ByteStream.Write. Resolves the committed size. */
export async function write(
  stream: WriteStream,
  services: Services,
  context: HandlerContext,
): Promise<bigint> {
  const first = await stream.first();
  const { instanceName, digest } = uploadNameOf(first.resourceName, services);
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

/** One ByteStream.QueryWriteStatus. */
export async function queryWriteStatus(
  resourceName: string,
  services: Services,
  context: HandlerContext,
): Promise<MessageInitShape<typeof QueryWriteStatusResponseSchema>> {
  const { instanceName, digest } = uploadNameOf(resourceName, services);
  // Uploads that broke off are not kept: whoever asks starts again at 0, which every client can.
  const complete = await services.uploads.isPresent(digest, callOf(context, instanceName));
  return { committedSize: complete ? BigInt(digest.sizeBytes) : 0n, complete };
}

function uploadNameOf(resourceName: string, { functions, codecs }: Services): UploadName {
  return parseWriteName(resourceName, { functions, compressors: codecs.compressors });
}

function checkFirstOffset({ writeOffset }: WriteRequest): void {
  if (writeOffset === 0n) return;
  throw invalidArgument(
    "write_offset",
    `${writeOffset} where an upload starts; nothing of it is kept, start at 0`,
  );
}
