import { errorCodes, flags, frameTypes } from "./codes.node.ts";
import { ConnectionError } from "./connection-error.node.ts";

/** Payloads that have one length; where PRIORITY has another, only its stream suffers. */
const exactBytes: Readonly<Record<number, number>> = {
  [frameTypes.rstStream]: 4,
  [frameTypes.ping]: 8,
  [frameTypes.windowUpdate]: 4,
};

const ofStreams: ReadonlySet<number> = new Set([
  frameTypes.data,
  frameTypes.headers,
  frameTypes.priority,
  frameTypes.rstStream,
  frameTypes.continuation,
]);

const ofConnections: ReadonlySet<number> = new Set([
  frameTypes.settings,
  frameTypes.ping,
  frameTypes.goAway,
]);

/** Throws where the header of a frame alone says that its client does not speak HTTP/2. */
export function checkFrameHeader(
  { type, flags: frameFlags, streamId, length }: FrameHeader,
  maxFrameBytes: number,
): void {
  if (length > maxFrameBytes) throw wrongSize(type, length);
  if (length !== (exactBytes[type] ?? length)) throw wrongSize(type, length);
  if (streamId === 0 && ofStreams.has(type)) throw wrong(`a frame of type ${type} needs a stream`);
  if (streamId !== 0 && ofConnections.has(type))
    throw wrong(`a frame of type ${type} belongs to no stream`);
  if (type === frameTypes.pushPromise) throw wrong("a client pushes nothing");
  if (type === frameTypes.goAway && length < 8) throw wrongSize(type, length);
  if (type !== frameTypes.settings) return;
  const isAck = (frameFlags & flags.ack) !== 0;
  if (isAck ? length > 0 : length % 6 !== 0) throw wrongSize(type, length);
}

export interface FrameHeader {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly length: number;
}

function wrongSize(type: number, length: number): ConnectionError {
  return new ConnectionError(
    errorCodes.frameSizeError,
    `a frame of type ${type} must not have ${length} bytes`,
  );
}

function wrong(message: string): ConnectionError {
  return new ConnectionError(errorCodes.protocolError, message);
}
