import {
  create,
  createRegistry,
  type DescMessage,
  type MessageInitShape,
  type Registry,
} from "@bufbuild/protobuf";
import { anyPack, durationFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { limits } from "../../shared/limits.ts";
import {
  BadRequestSchema,
  PreconditionFailureSchema,
  RetryInfoSchema,
} from "../../shared/proto/gen/google/rpc/error_details_pb.ts";
import { type Status, StatusSchema } from "../../shared/proto/gen/google/rpc/status_pb.ts";
import { AbsentBlobs, RequestError, type RequestErrorCode } from "../../shared/request-error.ts";
import { RetryLater } from "../../shared/retry-later.ts";
import { StoreError, type StoreErrorCode } from "../../shared/stores/store-error.ts";
import { firstError } from "./first-error.ts";

interface Mapping {
  readonly code: Code;
  readonly httpStatus: number;
}

/**
 * The one table from errors to what leaves the process. Clients retry UNAVAILABLE and RESOURCE_EXHAUSTED, and give up at once on
 * INVALID_ARGUMENT, so a permanent mistake must never be one of the first two, nor a passing trouble the last.
 */
const mappings: Readonly<Record<RequestErrorCode | StoreErrorCode, Mapping>> = {
  "invalid-argument": { code: Code.InvalidArgument, httpStatus: 400 },
  unauthenticated: { code: Code.Unauthenticated, httpStatus: 401 },
  "permission-denied": { code: Code.PermissionDenied, httpStatus: 403 },
  "not-found": { code: Code.NotFound, httpStatus: 404 },
  "out-of-range": { code: Code.OutOfRange, httpStatus: 416 },
  "already-exists": { code: Code.AlreadyExists, httpStatus: 409 },
  "failed-precondition": { code: Code.FailedPrecondition, httpStatus: 412 },
  aborted: { code: Code.Aborted, httpStatus: 409 },
  "resource-exhausted": { code: Code.ResourceExhausted, httpStatus: 503 },
  "rate-limited": { code: Code.ResourceExhausted, httpStatus: 429 },
  unimplemented: { code: Code.Unimplemented, httpStatus: 501 },
  unavailable: { code: Code.Unavailable, httpStatus: 503 },
  exhausted: { code: Code.ResourceExhausted, httpStatus: 507 },
  corrupt: { code: Code.DataLoss, httpStatus: 500 },
  denied: { code: Code.Internal, httpStatus: 500 },
  "too-large": { code: Code.InvalidArgument, httpStatus: 413 },
};

/** The details that errors carry: in JSON, messages inside a status have no form without their types. */
export const detailTypes: Registry = createRegistry(
  BadRequestSchema,
  PreconditionFailureSchema,
  RetryInfoSchema,
);

interface Detail<Desc extends DescMessage = DescMessage> {
  readonly desc: Desc;
  readonly value: MessageInitShape<Desc>;
}

/** What a caller may know of `error`: unknown ones say only that they are internal. */
interface Described {
  readonly mapping: Mapping;
  readonly message: string;
  readonly details: readonly Detail[];
}

function describe(thrown: unknown): Described | undefined {
  const error = firstError(thrown);
  if (error instanceof RequestError || error instanceof StoreError) {
    const mapping = mappings[error.code];
    return { mapping, message: error.message, details: detailsOf(error, mapping) };
  }
  return undefined;
}

function detailsOf(error: RequestError | StoreError, { code }: Mapping): readonly Detail[] {
  if (error instanceof AbsentBlobs) {
    const violations = error.names.map((subject) => ({ type: "MISSING", subject }));
    return [{ desc: PreconditionFailureSchema, value: { violations } }];
  }
  if (error instanceof RequestError && error.violations.length > 0) {
    return [{ desc: BadRequestSchema, value: { fieldViolations: [...error.violations] } }];
  }
  if (isRetryable(code)) {
    const waitMs = error instanceof RetryLater ? error.waitMs : limits.retrySeconds * 1000;
    return [{ desc: RetryInfoSchema, value: { retryDelay: durationFromMs(waitMs) } }];
  }
  return [];
}

function isRetryable(code: Code): boolean {
  return code === Code.Unavailable || code === Code.ResourceExhausted;
}

/** An error as an RPC ends with it. */
export function toConnectError(thrown: unknown): ConnectError {
  const error = firstError(thrown);
  if (error instanceof ConnectError) return error;
  const described = describe(error);
  if (described !== undefined) {
    const { mapping, message, details } = described;
    return new ConnectError(message, mapping.code, undefined, [...details], error);
  }
  if (isAbort(error)) return new ConnectError("the call was canceled", Code.Canceled);
  return new ConnectError(
    "internal error; the server's log says more",
    Code.Internal,
    undefined,
    [],
    error,
  );
}

/** An error as one entry of a batch carries it. */
export function toStatus(error: unknown): Status {
  const { code, rawMessage } = toConnectError(error);
  const details = describe(error)?.details ?? [];
  return create(StatusSchema, {
    code,
    message: rawMessage,
    details: details.map(({ desc, value }) => anyPack(desc, create(desc, value))),
  });
}

/** An error as HTTP says it. */
export function toHttpStatus(error: unknown): number {
  const described = describe(error);
  if (described !== undefined) return described.mapping.httpStatus;
  if (error instanceof ConnectError && isRetryable(error.code)) return 503;
  return 500;
}

/** Whether `error` says nothing but that the work was stopped. */
function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

/** Whether `error` is trouble of ours, so that it belongs into the log. */
export function isUnexpected(thrown: unknown): boolean {
  const error = firstError(thrown);
  // What the RPC library throws tells of a broken request.
  if (error instanceof ConnectError) return false;
  // A full store is for whoever runs it; a blob that none could hold is for whoever sent it.
  if (error instanceof StoreError) return error.code !== "too-large";
  return toConnectError(error).code === Code.Internal;
}
