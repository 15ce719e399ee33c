import { createHandlerContext, type HandlerContext } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { callOf } from "../../functions/handlers/call-of.ts";
import { rpcGate } from "../../functions/interceptors/gate.ts";
import { ActionCache } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { type Principal, readRights } from "../../shared/stores/call.ts";
import { anonymous } from "../support/principals.ts";
import { METADATA_HEADER, metadataHeader } from "../support/request-metadata.ts";

const reader: Principal = {
  subject: "a reader",
  allowance: {},
  standingIn: () => ({ rights: readRights, inherits: [] }),
  hasThroughout: () => false,
};

function newContext(): HandlerContext {
  return createHandlerContext({
    service: ActionCache,
    method: ActionCache.method.updateActionResult,
    protocolName: "grpc",
    requestMethod: "POST",
    url: "http://localhost/",
    requestHeader: { [METADATA_HEADER]: metadataHeader({ actionMnemonic: "CppLink" }) },
  });
}

function gated(principal: Principal): HandlerContext {
  const context = newContext();
  void rpcGate({ gate: () => principal, healthIsPublic: false })(context);
  return context;
}

test("a call has whom the gate has let in, and what made it", () => {
  const call = callOf(gated(anonymous), "team/a", "ac-write");
  expect(call).toMatchObject({ instanceName: "team/a", principal: anonymous });
  expect(call.client?.()).toEqual({ mnemonic: "CppLink" });
});

test("who lacks the right is refused by name", () => {
  expect(() => callOf(gated(reader), "", "ac-read")).not.toThrow();
  expect(() => callOf(gated(reader), "", "ac-write")).toThrow(/^a reader may not store action/);
  expect(() => callOf(gated(reader), "x", "cas-write")).toThrow(
    /^a reader may not store blobs in the instance "x"; a build/,
  );
});

test("who has come by another way than the gate may do nothing", () => {
  expect(() => callOf(newContext(), "", "cas-read")).toThrow("may not read blobs");
});
