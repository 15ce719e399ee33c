import { invalidArgument, quote } from "../../request-error.ts";
import { compressorOf, isUploadId, type UploadId } from "./upload-id.ts";

/** What a client is given to name its upload by: it can tell lies with it, but not make wrong bytes visible. */
export interface UploadToken {
  readonly upload: UploadId;
  /** The object store's name for an upload in parts. */
  readonly multipartId: string | undefined;
}

/** What a bucket may call an upload in parts: anything else could become another request than one about a part. */
const multipartPattern = /^[!-~]{1,2000}$/;

export function formatToken({ upload, multipartId }: UploadToken): string {
  return multipartId === undefined ? upload : `${upload}/${multipartId}`;
}

export function parseToken(token: string): UploadToken {
  const slash = token.indexOf("/");
  const upload = slash === -1 ? token : token.slice(0, slash);
  const multipartId = slash === -1 ? undefined : token.slice(slash + 1);
  // What clients upload is plain.
  const isPlain = isUploadId(upload) && compressorOf(upload) === "identity";
  if (!isPlain || (multipartId !== undefined && !multipartPattern.test(multipartId))) {
    throw invalidArgument("upload_token", `${quote(token)} is none that BeginUploads has given`);
  }
  return { upload, multipartId };
}
