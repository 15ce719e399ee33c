import type { Digest } from "../digest/digest.ts";
import type { Compressor } from "../digest/resource-name.ts";
import type { Call } from "./call.ts";

/** A request that whoever has it may make, without credentials, until it expires. */
export interface PresignedRequest {
  readonly method: "GET" | "PUT";
  readonly url: string;
  /** Headers that must be sent exactly so. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A presigned request and when it expires, in milliseconds since the epoch. */
export interface ExpiringRequest extends PresignedRequest {
  readonly expiresMs: number;
}

/** How a blob is to be uploaded. `token` names the upload in the calls that follow. */
export type UploadPlan =
  | { readonly way: "present" }
  | { readonly way: "in-message" }
  | { readonly way: "request"; readonly token: string; readonly request: ExpiringRequest }
  | {
      readonly way: "parts";
      readonly token: string;
      readonly partBytes: number;
      readonly partCount: number;
    };

/** How a blob can be read. */
export type DownloadPlan =
  | { readonly way: "absent" }
  /** It is there, but only as chunks: no single request could read it. */
  | { readonly way: "spliced" }
  /** It is kept as the client does not accept it: it has to be decoded on its way. */
  | { readonly way: "compressed" }
  | { readonly way: "data"; readonly data: Uint8Array }
  | { readonly way: "request"; readonly request: ExpiringRequest; readonly compressor: Compressor };

/** An upload under way. */
export interface BegunUpload {
  readonly digest: Digest;
  readonly token: string;
}

/**
 * Blobs straight to and from the object store, by requests that clients make themselves. Nothing that a client does with them, or
 * says of them, makes a blob visible whose bytes are not its digest's.
 */
export interface TransferStore {
  /** How each blob is to be uploaded, in order. Those that are present come under a lease. */
  beginUploads(digests: readonly Digest[], call: Call): Promise<readonly UploadPlan[]>;

  /** Requests for parts, from number `first` (1 or more) on. RequestError for parts that the upload does not have. */
  presignParts(
    upload: BegunUpload,
    first: number,
    count: number,
    call: Call,
  ): Promise<readonly ExpiringRequest[]>;

  /**
   * Makes the blob visible, under a lease. RequestError "invalid-argument" where the bytes are not the digest's,
   * "failed-precondition" where nothing was uploaded or it is too late.
   */
  commitUpload(upload: BegunUpload, partEtags: readonly string[], call: Call): Promise<void>;

  /** Gives an upload up. */
  abortUpload(upload: BegunUpload, call: Call): Promise<void>;

  /**
   * How each blob can be read, in order, by a client that accepts these compressors beside none. Those that are present come under a
   * lease.
   */
  beginDownloads(
    digests: readonly Digest[],
    accepted: readonly Compressor[],
    call: Call,
  ): Promise<readonly DownloadPlan[]>;
}
