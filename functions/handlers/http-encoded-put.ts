import { collectUpTo, iterate } from "../../shared/bytes/collect.ts";
import { peek } from "../../shared/bytes/peek.ts";
import type { BlobCodec } from "../../shared/compression/blob-codec.ts";
import { limits } from "../../shared/limits.ts";
import type { Services } from "../../shared/services/services.ts";
import type { Call } from "../../shared/stores/call.ts";
import type { RequestBudget } from "../interceptors/request-budget.ts";
import { textAnswer } from "./http-answer.ts";
import { checkedSize, namedSize, UnacceptableBody } from "./http-body.ts";
import type { HttpAnswer, HttpRequest } from "./http-exchange.ts";
import type { CachePath } from "./http-cache-path.ts";

/** Where a client tells how many bytes its body has when it is decoded. */
const SIZE_HEADER = "X-Digest-SizeBytes";

/** What is read of a body to find out what it tells of its size. */
const HEAD_BYTES = 32;

export interface EncodedPut {
  readonly path: CachePath;
  readonly request: HttpRequest;
  readonly codec: BlobCodec;
  readonly budget: RequestBudget;
}

/**
 * `PUT {prefix}/cas/{hash}` of a body that is encoded. A digest needs the size of what it decodes to before the first byte: a header
 * names it, or the encoding itself; a small body that neither tells of is held until its end.
 */
export async function putEncodedBlob(
  { path, request, codec, budget }: EncodedPut,
  { uploads }: Services,
  call: Call,
): Promise<HttpAnswer> {
  const ceiling = uploads.ceilingFor(call.principal);
  const store = async (
    sizeBytes: number,
    bytes: AsyncIterable<Uint8Array>,
  ): Promise<HttpAnswer> => {
    await uploads.writeAll({ function: path.function, hash: path.hash, sizeBytes }, bytes, call);
    return textAnswer(200, "stored");
  };
  const named = namedSize(request.header, SIZE_HEADER, ceiling);
  if (named !== undefined) return await store(named, codec.decode(request.body, named));
  using peeked = await peek(request.body, HEAD_BYTES);
  const told = codec.contentBytes(peeked.head);
  if (told !== undefined) {
    return await store(checkedSize(told, ceiling), codec.decode(peeked.whole, told));
  }
  return await budget.counted(peeked.whole, request.signal, async (counted) => {
    const whole = await decodedWhole(codec, counted, ceiling.maxBytes);
    return await store(whole.byteLength, iterate([whole]));
  });
}

async function decodedWhole(
  codec: BlobCodec,
  body: AsyncIterable<Uint8Array>,
  ceilingBytes: number,
): Promise<Uint8Array> {
  const maxBytes = Math.min(ceilingBytes, limits.unsizedPutBytes);
  const whole = await collectUpTo(codec.decode(body, maxBytes), maxBytes);
  if (whole !== undefined) return whole;
  throw new UnacceptableBody(
    411,
    `an encoded body of more than ${maxBytes} bytes needs their number in ${SIZE_HEADER}, or in the first frame`,
  );
}
