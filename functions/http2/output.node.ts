import type { Writable } from "node:stream";
import { http2Limits } from "../../shared/http2-limits.ts";
import {
  defaultFrameBytes,
  flags as frameFlags,
  frameHeaderBytes,
  frameTypes,
} from "./codes.node.ts";
import { noTable } from "./header-encoder.node.ts";
import { writeThen } from "./write-then.node.ts";

/** Room for the small answers of one turn. */
const SLAB_BYTES = 64 * 1024;

/** Those that nobody uses: only connections that are writing have one. */
const spareSlabs: Buffer[] = [];
const MAX_SPARE_SLABS = 16;

/** Answers that are worth a call of the system before others are made, which takes as long as two or three of the smallest. */
const EARLY_ANSWERS = 16;
const EARLY_BYTES = 16 * 1024;

/** Pieces up to this size are copied: a part of its own costs a socket more. */
const COPIED_BYTES = 2048;

/** To call what copies many takes longer than to copy so few. */
const FEW_BYTES = 32;

const noSlab = Buffer.alloc(0);

/** What is to be written to a socket: small frames are gathered in one buffer, and large bytes go as they are. */
export class Output {
  readonly #socket: Writable;
  readonly #wake: () => void;
  #slab: Buffer = noSlab;
  /** Where in the slab that begins which is not in `#parts` yet, and where it ends. */
  #start = 0;
  #end = 0;
  #parts: Uint8Array[] = [];
  #partBytes = 0;
  /** Since the last `flush`. */
  #answers = 0;
  /** Whether those will go out once all that is ready to go on has gone on. */
  #isDue = false;
  /** Who wants to hear when the system has taken what is here now. */
  #listeners: (() => void)[] = [];
  /** Those for whom it has. */
  #taken: (() => void)[] = [];
  #saysTable = true;

  /** `settle` has to be called some time after `wake` was. */
  constructor(socket: Writable, wake: () => void) {
    this.#socket = socket;
    this.#wake = wake;
  }

  /** The bytes that wait for the next `flush`. */
  get pendingBytes(): number {
    return this.#partBytes + this.#end - this.#start;
  }

  /** All bytes that the system has not taken yet. */
  get backlogBytes(): number {
    return this.pendingBytes + this.#socket.writableLength;
  }

  /** Whether everything that can wait has to. */
  get isFull(): boolean {
    return (
      this.pendingBytes >= http2Limits.socketBacklogBytes / 4 || this.#socket.writableNeedDrain
    );
  }

  /** Writes a frame's header, after which so many bytes have to follow. */
  header(type: number, flags: number, streamId: number, length: number): void {
    this.#makeRoom(frameHeaderBytes);
    const slab = this.#slab;
    let end = this.#end;
    slab[end++] = length >>> 16;
    slab[end++] = length >>> 8;
    slab[end++] = length;
    slab[end++] = type;
    slab[end++] = flags;
    slab[end++] = streamId >>> 24;
    slab[end++] = streamId >>> 16;
    slab[end++] = streamId >>> 8;
    slab[end++] = streamId;
    this.#end = end;
  }

  uint16(value: number): void {
    this.#makeRoom(2);
    this.#end = this.#slab.writeUInt16BE(value, this.#end);
  }

  uint32(value: number): void {
    this.#makeRoom(4);
    this.#end = this.#slab.writeUInt32BE(value, this.#end);
  }

  /** Writes a piece of an answer. */
  add(bytes: Uint8Array): void {
    if (bytes.byteLength <= COPIED_BYTES) this.copy(bytes);
    else this.pass(bytes);
  }

  /** Copies bytes that are few, or whose memory is used again. */
  copy(bytes: Uint8Array): void {
    const { byteLength } = bytes;
    this.#makeRoom(byteLength);
    if (byteLength > FEW_BYTES) this.#slab.set(bytes, this.#end);
    else for (let at = 0; at < byteLength; at++) this.#slab[this.#end + at] = bytes[at] ?? 0;
    this.#end += byteLength;
  }

  /** Hands bytes on as they are. */
  pass(bytes: Uint8Array): void {
    this.#cut();
    this.#parts.push(bytes);
    this.#partBytes += bytes.byteLength;
  }

  /** Sends a header block, in as many frames as it takes. */
  headers(streamId: number, endStream: boolean, block: Buffer): void {
    const prefix = this.#saysTable ? noTable : noPrefix;
    this.#saysTable = false;
    const whole = prefix.byteLength === 0 ? block : Buffer.concat([prefix, block]);
    let type: number = frameTypes.headers;
    let start = 0;
    do {
      const end = Math.min(whole.byteLength, start + defaultFrameBytes);
      const ends = end === whole.byteLength ? frameFlags.endHeaders : 0;
      const closes = endStream && start === 0 ? frameFlags.endStream : 0;
      this.header(type, ends | closes, streamId, end - start);
      this.copy(start === 0 && ends !== 0 ? whole : whole.subarray(start, end));
      type = frameTypes.continuation;
      start = end;
    } while (start < whole.byteLength);
  }

  /**
   * An answer is whole. Small ones go out before the turn ends: many at once, so that their client deals with them while others are
   * made, and few with all that come up with them, so that they do not wait for what other connections send in this turn.
   */
  countAnswer(): void {
    this.#answers += 1;
    const isMuch = this.#answers >= EARLY_ANSWERS || this.pendingBytes >= EARLY_BYTES;
    if (isMuch) this.#flushEarly();
    else if (!this.#isDue) {
      this.#isDue = true;
      process.nextTick(this.#flushDue);
    }
  }

  readonly #flushDue = (): void => {
    this.#isDue = false;
    this.#flushEarly();
  };

  #flushEarly(): void {
    if (this.#socket.writable && !this.isFull) this.flush();
  }

  /** Writes all of it to the socket, at once. */
  flush(): void {
    this.#answers = 0;
    if (this.pendingBytes === 0) return;
    this.#cut();
    const parts = this.#parts;
    this.#parts = [];
    this.#partBytes = 0;
    if (parts.length > 1) this.#socket.cork();
    for (const part of parts) this.#socket.write(part);
    if (parts.length > 1) this.#socket.uncork();
    if (this.#listeners.length > 0) {
      this.#follow(this.#listeners);
      this.#listeners = [];
    }
    // The system has copied everything, so that nobody looks at the slab any more.
    if (this.#socket.writableLength === 0) this.#giveBack();
  }

  /** Calls `taken` once nobody looks at the bytes any more that were handed over before. */
  whenTaken(taken: () => void): void {
    this.#listeners.push(taken);
  }

  /** Tells those who want to hear it. */
  settle(): void {
    const taken = this.#taken;
    if (taken.length === 0) return;
    this.#taken = [];
    for (const tell of taken) tell();
  }

  /** Finds out when the system has taken all that was written so far: more may follow before it has. */
  #follow(listeners: readonly (() => void)[]): void {
    const tell = (): void => {
      this.#taken.push(...listeners);
      this.#wake();
    };
    if (this.#socket.writableLength === 0) tell();
    else writeThen(this.#socket, noSlab, tell);
  }

  #makeRoom(bytes: number): void {
    if (this.#end + bytes <= this.#slab.byteLength) return;
    this.#cut();
    const spare = bytes <= SLAB_BYTES ? spareSlabs.pop() : undefined;
    this.#slab = spare ?? Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, bytes));
    this.#start = 0;
    this.#end = 0;
  }

  #giveBack(): void {
    const isUsual = this.#slab.byteLength === SLAB_BYTES;
    if (isUsual && spareSlabs.length < MAX_SPARE_SLABS) spareSlabs.push(this.#slab);
    this.#slab = noSlab;
    this.#start = 0;
    this.#end = 0;
  }

  /** Puts what has gathered in the slab among the parts. */
  #cut(): void {
    if (this.#end === this.#start) return;
    this.#parts.push(this.#slab.subarray(this.#start, this.#end));
    this.#partBytes += this.#end - this.#start;
    this.#start = this.#end;
  }
}

const noPrefix = Buffer.alloc(0);
