import { Code } from "@connectrpc/connect";
import type { UniversalServerRequest, UniversalServerResponse } from "@connectrpc/connect/protocol";
import { quote } from "../../shared/request-error.ts";
import { rawPath } from "./http-cache-path.ts";

const REMEDY =
  "answers here cannot end in the trailers that native gRPC needs; speak Connect, gRPC-Web or HTTP, " +
  "or put a Hayloft of your own on Node in front, which speaks gRPC";

/** Whether a request speaks gRPC or gRPC-Web, in which an HTTP status would be taken for a broken proxy. */
export function isGrpc(request: UniversalServerRequest): boolean {
  return request.header.get("content-type")?.startsWith("application/grpc") === true;
}

/** Whether a request speaks gRPC-Web, which carries trailers in its body. */
export function isGrpcWeb(request: UniversalServerRequest): boolean {
  return request.header.get("content-type")?.startsWith("application/grpc-web") === true;
}

/** Whether a request speaks gRPC as it is without a proxy that translates. */
export function isNativeGrpc(request: UniversalServerRequest): boolean {
  return isGrpc(request) && !isGrpcWeb(request);
}

/** UNIMPLEMENTED, for an RPC that does not exist here, such as Execute. */
export function unknownRpc(request: UniversalServerRequest): UniversalServerResponse {
  return unimplemented(request, `${quote(rawPath(request.url))} is not an RPC of this server`);
}

/** UNIMPLEMENTED, for native gRPC where it cannot be spoken: half an answer would look like a broken server. */
export function nativeGrpcRefusal(request: UniversalServerRequest): UniversalServerResponse {
  return unimplemented(request, REMEDY);
}

/** An answer without a message has its trailers in the place of headers. */
function unimplemented(request: UniversalServerRequest, message: string): UniversalServerResponse {
  return {
    status: 200,
    header: new Headers({
      "content-type": request.header.get("content-type") ?? "application/grpc",
      "grpc-status": String(Code.Unimplemented),
      "grpc-message": encodeURIComponent(message),
    }),
  };
}
