import type { MessageInitShape } from "@bufbuild/protobuf";
import { parseWriteName, type UploadName } from "../../shared/digest/resource-name.ts";
import type { QueryWriteStatusResponseSchema } from "../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import type { Services } from "../../shared/services/services.ts";
import { callOf } from "./call-of.ts";
import { UnfinishedWrite, type WriteStream } from "./write-stream.ts";
import type { CallContext } from "./call-context.ts";

/** Up to this, a blob is brought again sooner than an upload of it is kept for its client to go on with: as those of a batch. */
const WHOLE_BYTES = 64 * 1024;

/** One ByteStream.Write. Resolves the committed size. */
export async function write(
  stream: WriteStream,
  services: Services,
  context: CallContext,
): Promise<bigint> {
  const { resourceName, writeOffset } = await stream.first();
  const upload = uploadNameOf(resourceName, services);
  const call = callOf(context, upload.instanceName, "cas-write");
  const { uploads, codecs } = services;
  uploads.checkSize(upload.digest, call);
  const { sizeBytes } = upload.digest;
  const codec = codecs.find(upload.compressor);
  // How much a client would have sent compressed, nobody knows.
  const sizeOfPresent = codec === undefined ? BigInt(sizeBytes) : -1n;
  if (await uploads.isPresent(upload.digest, call)) return sizeOfPresent;
  const isSmall = codec === undefined && sizeBytes <= WHOLE_BYTES;
  const whole = isSmall ? stream.takeWhole(sizeBytes) : undefined;
  if (whole !== undefined) {
    await uploads.writeWhole({ digest: upload.digest, data: whole }, call);
    await stream.expectEnd();
    return stream.receivedBytes;
  }
  const sent = stream.data();
  const body = codec?.decode(sent, sizeBytes - Number(writeOffset)) ?? sent;
  try {
    const outcome = await uploads.writeFrom(writeOffset, upload, body, call);
    if (outcome === "present") return sizeOfPresent;
  } catch (error) {
    // Half-closed before finish_write: not a failure, and the answer of QueryWriteStatus.
    if (error instanceof UnfinishedWrite) return BigInt(uploads.keptBytes(upload, call));
    throw error;
  }
  await stream.expectEnd();
  return writeOffset + stream.receivedBytes;
}

/** One ByteStream.QueryWriteStatus. */
export async function queryWriteStatus(
  resourceName: string,
  services: Services,
  context: CallContext,
): Promise<MessageInitShape<typeof QueryWriteStatusResponseSchema>> {
  const upload = uploadNameOf(resourceName, services);
  const call = callOf(context, upload.instanceName, "cas-write");
  const { uploads } = services;
  const complete = await uploads.isPresent(upload.digest, call);
  const bytes = complete ? upload.digest.sizeBytes : uploads.keptBytes(upload, call);
  return { committedSize: BigInt(bytes), complete };
}

function uploadNameOf(resourceName: string, { functions, codecs }: Services): UploadName {
  return parseWriteName(resourceName, { functions, compressors: codecs.compressors });
}
