/**
 * Why a store could not do what it was asked. Closed: `functions/handlers/status.ts` maps each. A miss is not among them: it
 * is `undefined`, because "not cached" must never mean "broken".
 */
export type StoreErrorCode =
  /** The backend cannot be reached or is shutting down; trying again may help. */
  | "unavailable"
  /** No room: everything held is under a lease, or a quota is reached. */
  | "exhausted"
  /** Stored bytes are not what was written. */
  | "corrupt"
  /** The backend refuses our credentials. */
  | "denied"
  /** The blob is larger than this store can ever hold. */
  | "too-large";

export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Trouble in one line for the log, its code in front. */
export function troubleLine(error: unknown): string {
  if (error instanceof StoreError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
