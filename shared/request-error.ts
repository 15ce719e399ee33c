/** Why a request cannot be served as it was made. Closed: `functions/handlers/status.ts` maps each. */
export type RequestErrorCode =
  | "invalid-argument"
  | "unauthenticated"
  | "permission-denied"
  | "not-found"
  | "out-of-range"
  | "already-exists"
  | "failed-precondition"
  | "aborted"
  | "resource-exhausted"
  | "rate-limited"
  | "unimplemented";

/** One mistake in a request: the field's path in the message, and what is wrong with its value. */
export interface FieldViolation {
  readonly field: string;
  readonly description: string;
}

/**
 * The client asked for something that the protocol does not allow, or that is not there. The message is for the person who
 * reads the client's log: it names the value and the remedy.
 */
export class RequestError extends Error {
  override readonly name = "RequestError";
  readonly code: RequestErrorCode;
  readonly violations: readonly FieldViolation[];

  constructor(code: RequestErrorCode, message: string, violations: readonly FieldViolation[] = []) {
    super(message);
    this.code = code;
    this.violations = violations;
  }
}

/** NOT_FOUND for blobs that a request builds on, each as resource names have it: `blobs/{hash}/{size}`. */
export class AbsentBlobs extends RequestError {
  readonly names: readonly string[];

  constructor(message: string, names: readonly string[]) {
    super("not-found", message);
    this.names = names;
  }
}

/** INVALID_ARGUMENT about one field of the request. */
export function invalidArgument(field: string, description: string): RequestError {
  return new RequestError("invalid-argument", `${field}: ${description}`, [{ field, description }]);
}

/** A value from the wire, quoted and cut so that an error stays one readable line. */
export function quote(value: string): string {
  const shown = value.length > 120 ? `${value.slice(0, 120)}…` : value;
  return JSON.stringify(shown);
}
