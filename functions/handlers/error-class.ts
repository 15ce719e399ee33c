import { Code, ConnectError } from "@connectrpc/connect";
import { RequestError, type RequestErrorCode } from "../../shared/request-error.ts";
import { StoreError, type StoreErrorCode } from "../../shared/stores/store-error.ts";
import { firstError } from "./first-error.ts";

/**
 * What an error is called in metrics and in the log: a closed set, and finer than the codes of gRPC, several of which have more than one
 * cause.
 */
export type ErrorClass =
  | RequestErrorCode
  | StoreErrorCode
  /** The client has left. */
  | "canceled"
  | "deadline-exceeded"
  /** The server, or the function's time, ends. */
  | "stopping"
  /** What the RPC library could not read. */
  | "malformed"
  /** A defect of ours. */
  | "internal";

/** The class of whatever a handler threw, as it was thrown or as an RPC ends with it (`toConnectError`). */
export function errorClass(thrown: unknown): ErrorClass {
  const error = firstError(thrown);
  if (error instanceof StoreError || error instanceof RequestError) return error.code;
  if (error instanceof ConnectError) return classOfConnectError(error);
  return error instanceof Error && error.name === "AbortError" ? "canceled" : "internal";
}

/** The same where only a code was given, as for an entry that is absent over HTTP. */
export function classOfCode(code: Code): ErrorClass {
  return classes[code] ?? "malformed";
}

const classes: Readonly<Partial<Record<Code, ErrorClass>>> = {
  [Code.NotFound]: "not-found",
  [Code.Canceled]: "canceled",
  [Code.DeadlineExceeded]: "deadline-exceeded",
  [Code.Unimplemented]: "unimplemented",
};

function classOfConnectError({ code, cause }: ConnectError): ErrorClass {
  if (code === Code.Canceled) return "canceled";
  if (cause instanceof StoreError || cause instanceof RequestError) return cause.code;
  if (code === Code.DeadlineExceeded) return "deadline-exceeded";
  if (code === Code.Unavailable) return "stopping";
  return code === Code.Internal && cause !== undefined ? "internal" : "malformed";
}
