import { once } from "node:events";
import { connect, type Socket } from "node:net";
import {
  DEFAULT_WINDOW,
  flags,
  frame,
  FRAME_HEADER_BYTES,
  type FrameHeader,
  frameHeader,
  opening,
  readFrameHeader,
  settings,
  types,
} from "./http2-upload-frames.node.ts";
import { PieceReader, type Pieces } from "./pieces.node.ts";
import type { Uploads } from "./uploads.node.ts";

/** So much may wait in the socket before more is made. */
const SOCKET_BYTES = 1024 ** 2;

interface Upload {
  readonly id: number;
  readonly rest: PieceReader;
  readonly settled: PromiseWithResolvers<Buffer>;
  window: number;
  answer: Buffer;
}

/** A connection that does nothing but upload, so that a load of it costs little: the server is what is measured. */
export class Http2Uploads implements Uploads {
  readonly #socket: Socket;
  readonly #headers: Buffer;
  readonly #uploads = new Map<number, Upload>();
  #nextId = 1;
  #window = DEFAULT_WINDOW;
  #streamWindow = DEFAULT_WINDOW;
  #frameBytes = 16_384;
  #input: Buffer = Buffer.alloc(0);

  private constructor(socket: Socket, headers: Buffer) {
    this.#socket = socket;
    this.#headers = headers;
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    socket.on("drain", () => this.#send());
    socket.on("close", () => this.#fail(new Error("the server has closed the connection")));
    socket.on("error", (error) => this.#fail(error));
  }

  /** `headers` is the block that every request begins with. */
  static async open(port: number, headers: Buffer): Promise<Http2Uploads> {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    await once(socket, "connect");
    socket.write(opening);
    return new Http2Uploads(socket, headers);
  }

  async upload(pieces: Pieces): Promise<Buffer> {
    const id = this.#nextId;
    this.#nextId += 2;
    const settled = Promise.withResolvers<Buffer>();
    const rest = new PieceReader(pieces);
    const answer = Buffer.alloc(0);
    this.#uploads.set(id, { id, rest, settled, window: this.#streamWindow, answer });
    this.#socket.cork();
    this.#socket.write(frame(types.headers, flags.endHeaders, id, this.#headers));
    this.#send();
    this.#socket.uncork();
    return await settled.promise;
  }

  close(): void {
    this.#socket.removeAllListeners("close");
    this.#socket.destroy();
  }

  /** A frame of each upload in turn, for as long as the windows and the socket let it. */
  #send(): void {
    this.#socket.cork();
    for (let sent = true; sent;) {
      sent = false;
      for (const upload of this.#uploads.values()) {
        if (this.#socket.writableLength >= SOCKET_BYTES) break;
        sent = this.#sendFrame(upload) || sent;
      }
    }
    this.#socket.uncork();
  }

  #sendFrame(upload: Upload): boolean {
    const length = Math.min(this.#frameBytes, upload.rest.left, upload.window, this.#window);
    if (length <= 0) return false;
    upload.window -= length;
    this.#window -= length;
    const end = upload.rest.left === length ? flags.endStream : 0;
    this.#socket.write(frameHeader({ length, type: types.data, flags: end, streamId: upload.id }));
    upload.rest.take(length, (part) => this.#socket.write(part));
    return true;
  }

  #read(chunk: Buffer): void {
    this.#input = this.#input.byteLength === 0 ? chunk : Buffer.concat([this.#input, chunk]);
    let at = 0;
    while (this.#input.byteLength - at >= FRAME_HEADER_BYTES) {
      const header = readFrameHeader(this.#input, at);
      const start = at + FRAME_HEADER_BYTES;
      if (this.#input.byteLength < start + header.length) break;
      at = start + header.length;
      this.#receive(header, this.#input.subarray(start, at));
    }
    this.#input = this.#input.subarray(at);
    this.#send();
  }

  #receive(header: FrameHeader, payload: Buffer): void {
    const upload = this.#uploads.get(header.streamId);
    if (header.type === types.windowUpdate) {
      const increment = payload.readUInt32BE();
      if (header.streamId === 0) this.#window += increment;
      else if (upload !== undefined) upload.window += increment;
    } else if (header.type === types.settings && header.flags !== flags.ack) {
      this.#take(payload);
    } else if (header.type === types.ping && header.flags !== flags.ack) {
      this.#socket.write(frame(types.ping, flags.ack, 0, payload));
    } else if (header.type === types.goAway) {
      this.#fail(new Error("the server is going away"));
    } else if (upload !== undefined) {
      this.#answer(upload, header, payload);
    }
  }

  #answer(upload: Upload, { type, flags: bits }: FrameHeader, payload: Buffer): void {
    if (type === types.data) upload.answer = Buffer.concat([upload.answer, payload]);
    const isReset = type === types.rstStream && upload.answer.byteLength === 0;
    const isEnd = (type === types.headers || type === types.data) && (bits & flags.endStream) !== 0;
    if (isReset) upload.settled.reject(new Error("the server has reset an upload"));
    else if (isEnd) upload.settled.resolve(upload.answer);
    if (isReset || isEnd) this.#uploads.delete(upload.id);
  }

  #take(payload: Buffer): void {
    for (let at = 0; at < payload.byteLength; at += 6) {
      const value = payload.readUInt32BE(at + 2);
      const name = payload.readUInt16BE(at);
      if (name === settings.maxFrameSize) this.#frameBytes = value;
      if (name !== settings.initialWindowSize) continue;
      for (const upload of this.#uploads.values()) upload.window += value - this.#streamWindow;
      this.#streamWindow = value;
    }
    this.#socket.write(frame(types.settings, flags.ack, 0, Buffer.alloc(0)));
  }

  #fail(error: Error): void {
    for (const { settled } of this.#uploads.values()) settled.reject(error);
    this.#uploads.clear();
  }
}
