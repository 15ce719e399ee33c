import type { Principal } from "../stores/call.ts";

/** Keeps what principals upload within what they may. */
export interface UploadAllowance {
  /** Counts bytes that are about to be uploaded. Throws `RetryLater` for who has uploaded more than it may by now. */
  spendUpload(principal: Principal, bytes: number): void;
}

export const unlimitedUploads: UploadAllowance = { spendUpload: () => undefined };
