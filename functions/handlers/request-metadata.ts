import { decodeBinaryHeader } from "@connectrpc/connect";
import { limits } from "../../shared/limits.ts";
import {
  type RequestMetadata,
  RequestMetadataSchema,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import type { Client } from "../../shared/stores/call.ts";
import type { RequestHeader } from "./call-context.ts";

const HEADER = "build.bazel.remote.execution.v2.requestmetadata-bin";

/** What made the request, by its RequestMetadata; `undefined` where it has none that can be read, which is no mistake. */
export function clientOf(header: RequestHeader): Client | undefined {
  // A proxy may join the values of several headers.
  for (const value of header.get(HEADER)?.split(",") ?? []) {
    const metadata = decode(value.trim());
    if (metadata !== undefined) return clientIn(metadata);
  }
  return undefined;
}

/** The same of an HTTP cache's client: most have no more than a name. */
export function httpClientOf(header: RequestHeader): Client | undefined {
  const agent = header.get("user-agent") ?? "";
  return clientOf(header) ?? (agent === "" ? undefined : { toolName: printable(agent) });
}

/** An RPC, and who made it, as a log names them: `Service/Method of bazel 8.0.0, invocation ID`. */
export function nameOfCall(
  service: { readonly typeName: string },
  method: { readonly name: string },
  header: RequestHeader,
): string {
  const name = `${service.typeName}/${method.name}`;
  const { toolName, toolVersion = "", invocationId } = clientOf(header) ?? {};
  const tool = toolName === undefined ? "" : ` of ${`${toolName} ${toolVersion}`.trim()}`;
  const invocation = invocationId === undefined ? "" : `, invocation ${invocationId}`;
  return `${name}${tool}${invocation}`;
}

function decode(value: string): RequestMetadata | undefined {
  if (value === "" || value.length > limits.metadataLength) return undefined;
  try {
    return decodeBinaryHeader(value, RequestMetadataSchema);
  } catch {
    return undefined;
  }
}

function clientIn(metadata: RequestMetadata): Client {
  const texts: Record<keyof Client, string> = {
    toolName: metadata.toolDetails?.toolName ?? "",
    toolVersion: metadata.toolDetails?.toolVersion ?? "",
    invocationId: metadata.toolInvocationId,
    actionId: metadata.actionId,
    mnemonic: metadata.actionMnemonic,
    target: metadata.targetId,
  };
  const said = Object.entries(texts).filter(([, text]) => text !== "");
  return Object.fromEntries(said.map(([name, text]) => [name, printable(text)]));
}

/** A text that stays in its line of a log, and short. */
function printable(text: string): string {
  return text.slice(0, limits.metadataTextLength).replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, "?");
}
