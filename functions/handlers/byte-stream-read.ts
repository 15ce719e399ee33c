import type { MessageInitShape } from "@bufbuild/protobuf";
import { parseReadName } from "../../shared/digest/resource-name.ts";
import { limits } from "../../shared/limits.ts";
import type {
  ReadRequest,
  ReadResponseSchema,
} from "../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import { invalidArgument } from "../../shared/request-error.ts";
import type { Services } from "../../shared/services/services.ts";
import { encodedAs } from "../../shared/stores/encoded-as.ts";
import { callOf } from "./call-of.ts";
import type { CallContext } from "./call-context.ts";

/** The messages of one ByteStream.Read. */
export async function* readStream(
  { resourceName, readOffset, readLimit }: ReadRequest,
  services: Services,
  context: CallContext,
): AsyncGenerator<MessageInitShape<typeof ReadResponseSchema>, void, undefined> {
  const { functions, codecs } = services;
  const rules = { functions, compressors: codecs.compressors };
  const { instanceName, digest, compressor } = parseReadName(resourceName, rules);
  const codec = codecs.find(compressor);
  if (codec !== undefined && readLimit !== 0n) {
    throw invalidArgument(
      "read_limit",
      `${readLimit} would cut off a compressed stream; leave it out`,
    );
  }
  const call = callOf(context, instanceName, "cas-read");
  await using source = await services.blobs.read(digest, readOffset, readLimit, call);
  const left = digest.sizeBytes - Number(readOffset);
  const bytes = codec === undefined ? source : encodedAs(codec, source, left);
  for await (const chunk of bytes) {
    for (let at = 0; at < chunk.byteLength; at += limits.readMessageBytes) {
      yield { data: chunk.subarray(at, at + limits.readMessageBytes) };
    }
  }
}
