import type { UniversalServerRequest, UniversalServerResponse } from "@connectrpc/connect/protocol";
import { isEmptyBlob } from "../../shared/digest/digest.ts";
import type { Services } from "../../shared/services/services.ts";
import type { BlobSource } from "../../shared/stores/blob-store.ts";
import type { Call } from "../../shared/stores/call.ts";
import { textAnswer } from "./http-answer.ts";
import { sizedBody } from "./http-body.ts";
import type { CachePath } from "./http-cache-path.ts";

/** `GET` and `HEAD` of `{prefix}/cas/{hash}`. */
export async function getBlob(
  path: CachePath,
  { method }: UniversalServerRequest,
  { store }: Services,
  call: Call,
): Promise<UniversalServerResponse> {
  const source = await store.get(path, { offset: 0 }, call);
  if (source === undefined) return textAnswer(404, `${path.hash} is not in the cache`);
  const header = new Headers({
    "content-type": "application/octet-stream",
    "content-length": String(source.sizeBytes),
  });
  if (method !== "HEAD") return { status: 200, header, body: disposed(source) };
  await source[Symbol.asyncDispose]();
  return { status: 200, header };
}

/** `PUT {prefix}/cas/{hash}`. The body is read to its end even if the blob is there: HTTP clients expect it. */
export async function putBlob(
  path: CachePath,
  request: UniversalServerRequest,
  { uploads }: Services,
  call: Call,
): Promise<UniversalServerResponse> {
  const { sizeBytes, bytes } = await sizedBody(request, uploads.ceiling, isEmptyBlob(path));
  await uploads.writeAll({ function: path.function, hash: path.hash, sizeBytes }, bytes, call);
  return textAnswer(200, "stored");
}

async function* disposed(blob: BlobSource): AsyncGenerator<Uint8Array, void, undefined> {
  await using source = blob;
  yield* source;
}
