import { errorCodes, flags as frameFlags } from "./codes.node.ts";
import { ConnectionError } from "./connection-error.node.ts";

export const PRIORITY_BYTES = 5;

/** Where in the payload of a HEADERS frame its part of the block is, and what else is in there. */
export interface HeaderPayload {
  readonly start: number;
  readonly end: number;
  /** The stream that it depends on, if it says so; 0 otherwise. */
  readonly dependsOn: number;
}

/** Without padding and priority. Throws ConnectionError where they do not fit. */
export function readHeaderPayload(
  flags: number,
  payload: Buffer,
  start: number,
  end: number,
): HeaderPayload {
  const isPadded = (flags & frameFlags.padded) !== 0;
  const hasPriority = (flags & frameFlags.priority) !== 0;
  const padding = isPadded && start < end ? (payload[start] ?? 0) : 0;
  const priorityStart = start + (isPadded ? 1 : 0);
  const blockStart = priorityStart + (hasPriority ? PRIORITY_BYTES : 0);
  if (blockStart > end)
    throw new ConnectionError(errorCodes.frameSizeError, "HEADERS says more than it has");
  if (padding > end - blockStart)
    throw new ConnectionError(errorCodes.protocolError, "padding is longer than its frame");
  const dependsOn = hasPriority ? dependencyAt(payload, priorityStart) : 0;
  return { start: blockStart, end: end - padding, dependsOn };
}

/** The stream that a priority names. */
export function dependencyAt(payload: Buffer, position: number): number {
  return payload.readUInt32BE(position) & 0x7fff_ffff;
}
