import { type ContextKey, createContextKey } from "@connectrpc/connect";
import { Health } from "../../shared/proto/gen/grpc/health/v1/health_pb.ts";
import type { Principal } from "../../shared/stores/call.ts";
import type { CallContext, RequestHeader } from "../handlers/call-context.ts";
import { toConnectError } from "../handlers/status.ts";

/** Who makes a request, by its headers. Throws UNAUTHENTICATED for one that may not come in. */
export type Gate = (header: RequestHeader) => Principal;

const nobody: Principal = { subject: "who came past the gate", rights: new Set() };

const principalKey: ContextKey<Principal> = createContextKey(nobody, {
  description: "principal",
});

export function principalOf({ values }: Pick<CallContext, "values">): Principal {
  return values.get(principalKey);
}

export interface RpcGateOptions {
  readonly gate: Gate;
  /** Whether everybody may ask if the server is up: what watches over a server, such as a load balancer, has no credentials. */
  readonly healthIsPublic: boolean;
}

/** The gate of RPCs: nothing of a request is read before it. */
export function rpcGate({
  gate,
  healthIsPublic,
}: RpcGateOptions): (call: Pick<CallContext, "requestHeader" | "values" | "service">) => void {
  return ({ requestHeader, values, service }) => {
    if (healthIsPublic && service.typeName === Health.typeName) return;
    try {
      values.set(principalKey, gate(requestHeader));
    } catch (error) {
      throw toConnectError(error);
    }
  };
}
