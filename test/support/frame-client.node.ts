import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { bytesOfFrame, type Frame, frame, frameTypes, preface } from "./http2-frames.node.ts";

const HEADER_BYTES = 9;

/** A client that says exactly what a test wants said, and keeps every frame that comes. */
export class FrameClient implements Disposable {
  readonly socket: Socket;
  /** What came and nobody has asked for yet. */
  readonly #frames: Frame[] = [];
  #rest: Buffer = Buffer.alloc(0);
  #news = Promise.withResolvers<void>();
  #isGone = false;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (bytes: Buffer) => this.#read(bytes));
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      this.#isGone = true;
      this.#tell();
    });
  }

  /** Connected, greeted, and with both sides' settings acknowledged. */
  static async open(port: number): Promise<FrameClient> {
    const client = await FrameClient.connect(port);
    client.sendBytes(preface);
    client.send(frame("settings"), frame("settings", { flags: 1 }));
    await client.next("settings");
    await client.next("windowUpdate");
    await client.next("settings");
    return client;
  }

  /** Connected, and silent. */
  static async connect(port: number): Promise<FrameClient> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new FrameClient(socket);
  }

  send(...frames: readonly Frame[]): void {
    this.sendBytes(Buffer.concat(frames.map(bytesOfFrame)));
  }

  sendBytes(bytes: Buffer): void {
    if (!this.#isGone) this.socket.write(bytes);
  }

  /** The next frame, whatever it is; `undefined` where the connection ends. */
  async any(): Promise<Frame | undefined> {
    while (this.#frames.length === 0 && !this.#isGone) await this.#news.promise;
    return this.#frames.shift();
  }

  /** The next frame of this type, and of this stream if one is named; those before it are passed over. */
  async next(type: keyof typeof frameTypes, streamId?: number): Promise<Frame> {
    for (;;) {
      const found = await this.any();
      if (found === undefined) throw new Error(`the connection ended without ${type}`);
      const isOfStream = streamId === undefined || found.streamId === streamId;
      if (found.type === frameTypes[type] && isOfStream) return found;
      if (found.type === frameTypes.goAway && type !== "goAway")
        throw new Error(`${nameOfGoAway(found)} came instead of ${type}`);
    }
  }

  /** Everything until a PING comes back: what the server had to say to what was sent before. */
  async settled(): Promise<readonly Frame[]> {
    const payload = Buffer.from("settled!");
    this.send(frame("ping", { payload }));
    const before: Frame[] = [];
    for (;;) {
      const found = await this.any();
      if (found === undefined) return before;
      if (found.type === frameTypes.ping && found.payload.equals(payload)) return before;
      before.push(found);
    }
  }

  /** The error code with which the server ends the connection, which it has to close after that. */
  async lastWord(): Promise<number> {
    const goAway = await this.next("goAway");
    while ((await this.any()) !== undefined);
    return goAway.payload.readUInt32BE(4);
  }

  async gone(): Promise<void> {
    while (!this.#isGone) await this.#news.promise;
  }

  close(): void {
    this.socket.destroy();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #read(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    while (this.#rest.byteLength >= HEADER_BYTES) {
      const end = HEADER_BYTES + this.#rest.readUIntBE(0, 3);
      if (this.#rest.byteLength < end) break;
      this.#frames.push({
        type: this.#rest.readUInt8(3),
        flags: this.#rest.readUInt8(4),
        streamId: this.#rest.readUInt32BE(5),
        payload: this.#rest.subarray(HEADER_BYTES, end),
      });
      this.#rest = this.#rest.subarray(end);
    }
    this.#tell();
  }

  #tell(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }
}

function nameOfGoAway({ payload }: Frame): string {
  return `GOAWAY with ${payload.readUInt32BE(4)}`;
}
