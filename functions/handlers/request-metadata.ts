import { limits } from "../../shared/limits.ts";
import type { Client } from "../../shared/stores/call.ts";
import { oneLine } from "../../shared/telemetry/one-line.ts";
import type { RequestHeader } from "./call-context.ts";
import { type MetadataTexts, readRequestMetadata } from "./read-request-metadata.ts";

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

function decode(value: string): MetadataTexts | undefined {
  if (value === "" || value.length > limits.metadataLength) return undefined;
  try {
    return readRequestMetadata(value);
  } catch {
    return undefined;
  }
}

function clientIn(texts: MetadataTexts): Client {
  const { toolName, toolVersion, invocationId, actionId, mnemonic, target } = texts;
  return {
    ...(toolName !== "" && { toolName: printable(toolName) }),
    ...(toolVersion !== "" && { toolVersion: printable(toolVersion) }),
    ...(invocationId !== "" && { invocationId: printable(invocationId) }),
    ...(actionId !== "" && { actionId: printable(actionId) }),
    ...(mnemonic !== "" && { mnemonic: printable(mnemonic) }),
    ...(target !== "" && { target: printable(target) }),
  };
}

/** A text that stays in its line of a log, and short. */
export function printable(text: string): string {
  return oneLine(text.slice(0, limits.metadataTextLength));
}
