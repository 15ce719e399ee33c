import type { MessageInitShape } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import { parseReadName } from "../../shared/digest/resource-name.ts";
import { limits } from "../../shared/limits.ts";
import type {
  ReadRequest,
  ReadResponseSchema,
} from "../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import type { Services } from "../../shared/services/services.ts";
import { callOf } from "./call-of.ts";

/** The messages of one ByteStream.Read. */
export async function* readStream(
  { resourceName, readOffset, readLimit }: ReadRequest,
  services: Services,
  context: HandlerContext,
): AsyncGenerator<MessageInitShape<typeof ReadResponseSchema>, void, undefined> {
  const { functions, codecs } = services;
  const rules = { functions, compressors: codecs.compressors };
  const { instanceName, digest } = parseReadName(resourceName, rules);
  const call = callOf(context, instanceName);
  await using source = await services.blobs.read(digest, readOffset, readLimit, call);
  for await (const chunk of source) {
    for (let at = 0; at < chunk.byteLength; at += limits.readMessageBytes) {
      yield { data: chunk.subarray(at, at + limits.readMessageBytes) };
    }
  }
}
