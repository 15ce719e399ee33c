import {
  defaultFrameBytes,
  defaultWindowBytes,
  errorCodes,
  maxWindowBytes,
  settingIds,
} from "./codes.node.ts";
import { ConnectionError } from "./connection-error.node.ts";

const MAX_FRAME_BYTES = 2 ** 24 - 1;

/** What a client has said of itself, as far as it matters to a server that neither pushes nor keeps a table of headers. */
export class PeerSettings {
  initialWindowBytes: number = defaultWindowBytes;
  maxFrameBytes: number = defaultFrameBytes;

  /** Takes the payload of a SETTINGS frame. Throws where a value is out of its range. */
  apply(payload: Buffer, start: number, end: number): void {
    for (let position = start; position < end; position += 6)
      this.#set(payload.readUInt16BE(position), payload.readUInt32BE(position + 2));
  }

  #set(id: number, value: number): void {
    if (id === settingIds.enablePush && value > 1)
      throw new ConnectionError(errorCodes.protocolError, `ENABLE_PUSH is 0 or 1, not ${value}`);
    if (id === settingIds.initialWindowSize) this.initialWindowBytes = windowOf(value);
    if (id === settingIds.maxFrameSize) this.maxFrameBytes = frameSizeOf(value);
  }
}

function windowOf(value: number): number {
  if (value <= maxWindowBytes) return value;
  throw new ConnectionError(errorCodes.flowControlError, `no window has ${value} bytes`);
}

function frameSizeOf(value: number): number {
  if (value >= defaultFrameBytes && value <= MAX_FRAME_BYTES) return value;
  throw new ConnectionError(errorCodes.protocolError, `no MAX_FRAME_SIZE may be ${value}`);
}
