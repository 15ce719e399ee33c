import { isEmptyBlob } from "../../shared/digest/digest.ts";
import { limits } from "../../shared/limits.ts";
import type { Services } from "../../shared/services/services.ts";
import { type Soon, whenKnown } from "../../shared/soon.ts";
import type { BlobSource } from "../../shared/stores/blob-store.ts";
import type { Call } from "../../shared/stores/call.ts";
import { encodedAs } from "../../shared/stores/encoded-as.ts";
import { textAnswer } from "./http-answer.ts";
import { sizedBody } from "./http-body.ts";
import type { HttpAnswer, HttpRequest } from "./http-exchange.ts";
import type { CachePath } from "./http-cache-path.ts";
import { acceptedCodec } from "./http-encoding.ts";

/** `GET` and `HEAD` of `{prefix}/cas/{hash}`. */
export function getBlob(
  path: CachePath,
  { method, header: asked }: HttpRequest,
  { store, codecs }: Services,
  call: Call,
): Soon<HttpAnswer> {
  return whenKnown(store.get(path, { offset: 0 }, call), (source) => {
    const isRead = method !== "HEAD";
    const found = source === undefined ? 0 : 1;
    call.notes?.looked("cas", isRead ? "get" : "find", found, 1 - found);
    if (source === undefined) return textAnswer(404, `${path.hash} is not in the cache`);
    const { sizeBytes } = source;
    if (isRead) call.notes?.moved(sizeBytes);
    const codec = sizeBytes < limits.minEncodedBytes ? undefined : acceptedCodec(asked, codecs);
    const headers = {
      "content-type": "application/octet-stream",
      // An answer that any cache on the way must not give to a client that accepts less.
      ...(codecs.list.length > 0 && { vary: "accept-encoding" }),
      ...(codec === undefined
        ? { "content-length": String(sizeBytes) }
        : { "content-encoding": codec.compressor }),
    };
    if (!isRead) return headAnswer(source, headers);
    if (codec !== undefined) {
      return { status: 200, headers, body: disposing(source, encodedAs(codec, source)) };
    }
    const { bytes, giveBack } = source;
    const body = bytes ?? disposing(source, source);
    return { status: 200, headers, body, ...(giveBack && { giveBack }) };
  });
}

async function headAnswer(source: BlobSource, headers: HttpAnswer["headers"]): Promise<HttpAnswer> {
  await source[Symbol.asyncDispose]();
  return { status: 200, headers };
}

/** `PUT {prefix}/cas/{hash}`. The body is read to its end even if the blob is there: HTTP clients expect it. */
export async function putBlob(
  path: CachePath,
  request: HttpRequest,
  { uploads }: Services,
  call: Call,
): Promise<HttpAnswer> {
  const ceiling = uploads.ceilingFor(call.principal);
  const { sizeBytes, bytes } = await sizedBody(request, ceiling, isEmptyBlob(path));
  await uploads.writeAll({ function: path.function, hash: path.hash, sizeBytes }, bytes, call);
  return textAnswer(200, "stored");
}

async function* disposing(
  resource: AsyncDisposable,
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  await using _ = resource;
  yield* bytes;
}
