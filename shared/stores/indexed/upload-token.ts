import { invalidArgument, quote } from "../../request-error.ts";
import { isUploadId, type UploadId } from "./upload-id.ts";

/** What a client is given to name its upload by: it can tell lies with it, but not make wrong bytes visible. */
export interface UploadToken {
  readonly upload: UploadId;
  /** The object store's name for an upload in parts. */
  readonly multipartId: string | undefined;
}

export function formatToken({ upload, multipartId }: UploadToken): string {
  return multipartId === undefined ? upload : `${upload}/${multipartId}`;
}

export function parseToken(token: string): UploadToken {
  const slash = token.indexOf("/");
  const upload = slash === -1 ? token : token.slice(0, slash);
  if (!isUploadId(upload)) {
    throw invalidArgument("upload_token", `${quote(token)} is none that BeginUploads has given`);
  }
  return { upload, multipartId: slash === -1 ? undefined : token.slice(slash + 1) };
}
