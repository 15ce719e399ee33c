import type { MessageInitShape } from "@bufbuild/protobuf";
import { parseReadName } from "../../shared/digest/resource-name.ts";
import { limits } from "../../shared/limits.ts";
import type {
  ReadRequest,
  ReadResponseSchema,
} from "../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import { invalidArgument } from "../../shared/request-error.ts";
import type { Services } from "../../shared/services/services.ts";
import { type Soon, type SoonAll, whenKnown } from "../../shared/soon.ts";
import { encodedAs } from "../../shared/stores/encoded-as.ts";
import { callOf } from "./call-of.ts";
import type { CallContext } from "./call-context.ts";

/** A part of a blob, in a message of its own. */
export type ReadMessage = MessageInitShape<typeof ReadResponseSchema> & {
  /** To be called once its bytes were sent, by who knows when: their memory is then used again. */
  readonly sent?: () => void;
};

/** The messages of one ByteStream.Read: all at once, where the blob is at hand. */
export function readMessages(
  { resourceName, readOffset, readLimit }: ReadRequest,
  services: Services,
  context: CallContext,
): Soon<SoonAll<ReadMessage>> {
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
  return whenKnown(services.blobs.read(digest, readOffset, readLimit, call), (source) => {
    if (codec !== undefined) {
      const left = digest.sizeBytes - Number(readOffset);
      return streamedMessages(source, encodedAs(codec, source, left));
    }
    const { bytes, giveBack } = source;
    if (bytes !== undefined) return messagesOf(bytes, giveBack);
    return streamedMessages(source, source, giveBack);
  });
}

async function* streamedMessages(
  source: AsyncDisposable,
  chunks: AsyncIterable<Uint8Array>,
  giveBack?: (chunk: Uint8Array) => void,
): AsyncGenerator<ReadMessage, void, undefined> {
  await using _ = source;
  for await (const chunk of chunks) yield* messagesOf(chunk, giveBack);
}

function* messagesOf(
  chunk: Uint8Array,
  giveBack?: (chunk: Uint8Array) => void,
): Generator<ReadMessage, void, undefined> {
  for (let at = 0; at < chunk.byteLength; at += limits.readMessageBytes) {
    const data = chunk.subarray(at, at + limits.readMessageBytes);
    const isLast = at + data.byteLength === chunk.byteLength;
    if (isLast && giveBack !== undefined) yield { data, sent: () => giveBack(chunk) };
    else yield { data };
  }
}
