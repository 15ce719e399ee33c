import { Code } from "@connectrpc/connect";

const names: Readonly<Record<Code, string>> = {
  [Code.Canceled]: "CANCELLED",
  [Code.Unknown]: "UNKNOWN",
  [Code.InvalidArgument]: "INVALID_ARGUMENT",
  [Code.DeadlineExceeded]: "DEADLINE_EXCEEDED",
  [Code.NotFound]: "NOT_FOUND",
  [Code.AlreadyExists]: "ALREADY_EXISTS",
  [Code.PermissionDenied]: "PERMISSION_DENIED",
  [Code.ResourceExhausted]: "RESOURCE_EXHAUSTED",
  [Code.FailedPrecondition]: "FAILED_PRECONDITION",
  [Code.Aborted]: "ABORTED",
  [Code.OutOfRange]: "OUT_OF_RANGE",
  [Code.Unimplemented]: "UNIMPLEMENTED",
  [Code.Internal]: "INTERNAL",
  [Code.Unavailable]: "UNAVAILABLE",
  [Code.DataLoss]: "DATA_LOSS",
  [Code.Unauthenticated]: "UNAUTHENTICATED",
};

/** A code as gRPC spells it; `OK` for none. */
export function codeName(code: Code | undefined): string {
  return code === undefined ? "OK" : names[code];
}

const codes: readonly Code[] = Object.values(Code).filter((code) => typeof code === "number");

/** The code that a `grpc-status` means; `undefined` for none, and for OK. */
export function codeOfStatus(status: string | null | undefined): Code | undefined {
  return codes.find((code) => String(code) === status);
}
