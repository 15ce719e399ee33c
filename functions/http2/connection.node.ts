import type { Socket } from "node:net";
import { http2Limits } from "../../shared/http2-limits.ts";
import { limits } from "../../shared/limits.ts";
import {
  defaultFrameBytes,
  defaultWindowBytes,
  errorCodes,
  frameTypes,
  settingIds,
} from "./codes.node.ts";
import { ConnectionError } from "./connection-error.node.ts";
import { FrameReader } from "./frame-reader.node.ts";
import { Output } from "./output.node.ts";
import type { Patience } from "./patience.node.ts";
import type { Http2Options, OnStream } from "./server-stream.node.ts";
import { Session } from "./session.node.ts";
import { readSocket } from "./socket-reader.node.ts";
import { Streams } from "./streams.node.ts";

export interface ConnectionOptions extends Pick<Http2Options, "onOpen"> {
  readonly onStream: OnStream;
  readonly onClose: () => void;
}

/** One client's connection: moves bytes between its socket and its session, a turn of the event loop at a time. */
export class Connection {
  readonly #socket: Socket;
  readonly #output: Output;
  readonly #streams: Streams;
  readonly #session: Session;
  readonly #reader: FrameReader;
  #isAwake = false;
  #isLeaving = false;
  #isOver = false;
  #isPaused = false;
  /** Sweeps since the connection began, since a byte came or went, and since a frame ended while one is under way. */
  #sweeps = 0;
  #idleSweeps = 0;
  #slowSweeps = 0;
  /** Since it was over. */
  #lastSweeps = 0;
  #bytesMoved = 0;
  #framesRead = 0;

  constructor(socket: Socket, { onStream, onOpen, onClose }: ConnectionOptions) {
    this.#socket = socket;
    const wake = (): void => this.#wake();
    this.#output = new Output(socket, wake);
    this.#streams = new Streams({ output: this.#output, onStream, wake });
    this.#session = new Session({
      output: this.#output,
      streams: this.#streams,
      onOpen: () => onOpen(socket),
    });
    this.#reader = new FrameReader(this.#session, defaultFrameBytes);
    readSocket(socket, (bytes) => this.#read(bytes));
    socket.on("drain", wake);
    socket.on("error", () => socket.destroy());
    socket.on("end", () => this.#break());
    socket.on("close", () => {
      this.#break();
      onClose();
    });
    this.#greet();
  }

  /** Tells the client to begin no more streams, and ends when those under way have. */
  drain(): void {
    if (this.#isOver || this.#isLeaving) return;
    this.#isLeaving = true;
    this.#streams.drain();
    this.#sayGoAway(errorCodes.noError);
  }

  /** Ends what takes too long. */
  sweep({ idleSweeps, headersSweeps }: Patience): void {
    this.#count();
    if (this.#isOver) this.#giveUp(idleSweeps);
    else if (!this.#session.isOpen && this.#sweeps > headersSweeps) this.#socket.destroy();
    else if (!this.#session.isAcknowledged && this.#sweeps > headersSweeps)
      this.#fail(errorCodes.settingsTimeout);
    else if (this.#slowSweeps > headersSweeps) this.#fail(errorCodes.enhanceYourCalm);
    else if (this.#idleSweeps > idleSweeps) this.#expire();
    else this.#streams.sweep(idleSweeps);
  }

  /** What was said at last is not read, whatever else the client does. */
  #giveUp(idleSweeps: number): void {
    this.#lastSweeps += 1;
    if (this.#lastSweeps > idleSweeps) this.#socket.destroy();
  }

  #count(): void {
    const moved = this.#socket.bytesRead + this.#socket.bytesWritten - this.#socket.writableLength;
    const { framesRead } = this.#reader;
    const isSlow = this.#reader.isWithinFrame || this.#session.isWithinBlock;
    this.#sweeps += 1;
    this.#idleSweeps = moved === this.#bytesMoved ? this.#idleSweeps + 1 : 0;
    this.#slowSweeps = isSlow && framesRead === this.#framesRead ? this.#slowSweeps + 1 : 0;
    this.#bytesMoved = moved;
    this.#framesRead = framesRead;
  }

  /** Nobody has said a word for long: one that does not read either gets no last one. */
  #expire(): void {
    if (this.#socket.writableLength > 0) this.#socket.destroy();
    else this.#fail(errorCodes.noError);
  }

  #greet(): void {
    const settings = [
      [settingIds.maxConcurrentStreams, limits.connectionStreams],
      [settingIds.initialWindowSize, limits.streamWindowBytes],
      [settingIds.maxHeaderListSize, limits.headerBytes],
    ] as const;
    this.#output.header(frameTypes.settings, 0, 0, settings.length * 6);
    for (const [id, value] of settings) {
      this.#output.uint16(id);
      this.#output.uint32(value);
    }
    this.#output.header(frameTypes.windowUpdate, 0, 0, 4);
    this.#output.uint32(limits.connectionWindowBytes - defaultWindowBytes);
    this.#wake();
  }

  #read(bytes: Buffer): void {
    // What comes behind a last word is thrown away, so that the word is not.
    if (this.#isOver) return;
    try {
      this.#reader.read(bytes);
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      this.#fail(error.code);
      return;
    }
    if (this.#output.pendingBytes > 0 || this.#streams.sender.hasWork) this.#wake();
    // Many reads may come before the turn does.
    if (this.#output.isFull) this.#write();
  }

  #wake(): void {
    if (this.#isAwake) return;
    this.#isAwake = true;
    setImmediate(this.#turn);
  }

  /** What has come up, and has not gone out early, is written at once when this turn's events are all dealt with. */
  readonly #turn = (): void => {
    this.#isAwake = false;
    if (!this.#isOver) this.#write();
    if (!this.#socket.destroyed) this.#output.settle();
    this.#streams.tellCloses();
    if (this.#isLeaving && !this.#isOver && this.#streams.count === 0) this.#end();
  };

  #write(): void {
    const socket = this.#socket;
    if (!socket.writableNeedDrain) this.#session.excuse(this.#streams.sender.run());
    this.#output.flush();
    if (this.#streams.sender.hasWork && !socket.writableNeedDrain) this.#wake();
    this.#pace();
  }

  /** Who does not read is not read: answers to its frames would pile up. */
  #pace(): void {
    const isBehind = this.#output.backlogBytes > http2Limits.socketBacklogBytes;
    if (isBehind === this.#isPaused) return;
    this.#isPaused = isBehind;
    if (isBehind) this.#socket.pause();
    else this.#socket.resume();
  }

  #fail(code: number): void {
    this.#sayGoAway(code);
    this.#end();
  }

  #sayGoAway(code: number): void {
    this.#output.header(frameTypes.goAway, 0, 0, 8);
    this.#output.uint32(this.#streams.lastServedId);
    this.#output.uint32(code);
    this.#wake();
  }

  /** Says what is left to say, and waits a while for the client to read it. */
  #end(): void {
    this.#isOver = true;
    this.#output.flush();
    this.#streams.closeAll();
    const socket = this.#socket;
    socket.resume();
    socket.end();
    socket.once("finish", () => {
      const timer = setTimeout(() => socket.destroy(), limits.lingerMs);
      socket.once("close", () => clearTimeout(timer));
    });
  }

  /** The client is gone. */
  #break(): void {
    this.#isOver = true;
    this.#streams.closeAll();
  }
}
