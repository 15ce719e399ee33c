import { type ContextKey, createContextKey } from "@connectrpc/connect";
import { Health } from "../../shared/proto/gen/grpc/health/v1/health_pb.ts";
import { powerless, type Principal } from "../../shared/stores/call.ts";
import type { Gate, Peer } from "../access/caller.ts";
import type { CallContext } from "../handlers/call-context.ts";
import { toConnectError } from "../handlers/status.ts";
import { recordKey } from "../telemetry/request-watch.ts";

const nobody = powerless("who came past the gate");

const principalKey: ContextKey<Principal> = createContextKey(nobody, {
  description: "principal",
});

/** Set by servers that know their connections. */
export const peerKey: ContextKey<Peer | undefined> = createContextKey<Peer | undefined>(undefined, {
  description: "peer",
});

export function principalOf({ values }: Pick<CallContext, "values">): Principal {
  return values.get(principalKey);
}

export interface RpcGateOptions {
  readonly gate: Gate;
  /** Whether everybody may ask if the server is up: what watches over a server, such as a load balancer, has no credentials. */
  readonly healthIsPublic: boolean;
}

export type GatedCall = Pick<CallContext, "requestHeader" | "values" | "service">;

/** The gate of RPCs: nothing of a request is read before it. A promise only where somebody is not known yet. */
export function rpcGate({
  gate,
  healthIsPublic,
}: RpcGateOptions): (call: GatedCall) => void | Promise<void> {
  return ({ requestHeader, values, service }) => {
    if (healthIsPublic && service.typeName === Health.typeName) return undefined;
    try {
      const principal = gate({ header: requestHeader, peer: values.get(peerKey) });
      if (!(principal instanceof Promise)) {
        letIn(principal, values);
        return undefined;
      }
      return principal.then(
        (each) => letIn(each, values),
        (error: unknown) => {
          throw refused(error, values);
        },
      );
    } catch (error) {
      throw refused(error, values);
    }
  };
}

function letIn(principal: Principal, values: GatedCall["values"]): void {
  values.set(principalKey, principal);
  const record = values.get(recordKey);
  if (record !== undefined) record.principal = principal;
}

function refused(error: unknown, values: GatedCall["values"]): Error {
  values.get(recordKey)?.fail(error);
  return toConnectError(error);
}
