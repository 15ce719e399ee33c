import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { errorClass } from "../../functions/handlers/error-class.ts";
import { clientIsGone } from "../../functions/handlers/client-is-gone.ts";
import { isUnexpected, toConnectError, toHttpStatus } from "../../functions/handlers/status.ts";
import { AbsentBlobs, RequestError } from "../../shared/request-error.ts";
import { RetryLater } from "../../shared/retry-later.ts";
import { StoreError } from "../../shared/stores/store-error.ts";

const { ResourceExhausted, Unavailable, DataLoss, Internal, InvalidArgument, NotFound } = Code;

describe("an error keeps its class, as it was thrown and as its RPC ends", () => {
  test.for([
    [new StoreError("exhausted", "the disk is full"), "exhausted", ResourceExhausted, 507],
    [new StoreError("unavailable", "it is away"), "unavailable", Unavailable, 503],
    [new StoreError("corrupt", "it is damaged"), "corrupt", DataLoss, 500],
    [new StoreError("denied", "it refuses us"), "denied", Internal, 500],
    [new StoreError("too-large", "it is large"), "too-large", InvalidArgument, 413],
    [new AbsentBlobs("they are absent", []), "not-found", NotFound, 404],
    [new RetryLater("later", 10), "rate-limited", ResourceExhausted, 429],
    [
      new RequestError("resource-exhausted", "no room"),
      "resource-exhausted",
      ResourceExhausted,
      503,
    ],
    [new TypeError("a defect"), "internal", Internal, 500],
  ] as const)("%s", ([error, name, code, status]) => {
    expect([errorClass(error), toConnectError(error).code, toHttpStatus(error)]).toEqual([
      name,
      code,
      status,
    ]);
    expect(errorClass(toConnectError(error))).toBe(name);
  });
});

test("what ends calls has classes of its own", () => {
  expect(errorClass(clientIsGone())).toBe("canceled");
  expect(errorClass(clientIsGone(new StoreError("unavailable", "it is away")))).toBe("canceled");
  expect(errorClass(new DOMException("over", "AbortError"))).toBe("canceled");
  expect(errorClass(toConnectError(new DOMException("over", "AbortError")))).toBe("canceled");
  expect(errorClass(new ConnectError("late", Code.DeadlineExceeded))).toBe("deadline-exceeded");
  expect(errorClass(new ConnectError("the server is stopping", Unavailable))).toBe("stopping");
  expect(errorClass(new ConnectError("parse binary", Internal))).toBe("malformed");
});

test("the log hears of trouble with stores and of defects, and of nothing that a request did", () => {
  for (const code of ["exhausted", "unavailable", "corrupt", "denied"] as const) {
    expect(isUnexpected(new StoreError(code, "trouble"))).toBe(true);
  }
  expect(isUnexpected(new TypeError("a defect"))).toBe(true);
  expect(isUnexpected(new StoreError("too-large", "it is large"))).toBe(false);
  expect(isUnexpected(new RequestError("not-found", "it is absent"))).toBe(false);
  expect(isUnexpected(new DOMException("over", "AbortError"))).toBe(false);
});
