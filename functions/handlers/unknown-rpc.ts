import { Code } from "@connectrpc/connect";
import type { UniversalServerRequest, UniversalServerResponse } from "@connectrpc/connect/protocol";
import { quote } from "../../shared/request-error.ts";
import { rawPath } from "./http-cache-path.ts";

/** Whether a request speaks gRPC or gRPC-Web, in which an HTTP status would be taken for a broken proxy. */
export function isGrpc(request: UniversalServerRequest): boolean {
  return request.header.get("content-type")?.startsWith("application/grpc") === true;
}

/** UNIMPLEMENTED, for an RPC that does not exist here, such as Execute. */
export function unknownRpc(request: UniversalServerRequest): UniversalServerResponse {
  const message = `${quote(rawPath(request.url))} is not an RPC of this server`;
  return {
    status: 200,
    header: new Headers({
      "content-type": request.header.get("content-type") ?? "application/grpc",
      "grpc-status": String(Code.Unimplemented),
      "grpc-message": encodeURIComponent(message),
    }),
  };
}
