import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Pieces } from "./pieces.node.ts";
import type { Uploads } from "./uploads.node.ts";

/** A kept-alive connection with one PUT at a time, whose head is its first piece. */
export class Http1Uploads implements Uploads {
  readonly #socket: Socket;
  #settled: PromiseWithResolvers<Buffer> | undefined;
  #input = "";

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("latin1").on("data", (text: string) => this.#read(text));
    socket.on("error", (error) => this.#settled?.reject(error));
    socket.on("close", () =>
      this.#settled?.reject(new Error("the server has closed the connection")),
    );
  }

  static async open(port: number): Promise<Http1Uploads> {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    await once(socket, "connect");
    return new Http1Uploads(socket);
  }

  async upload(pieces: Pieces): Promise<Buffer> {
    this.#settled = Promise.withResolvers<Buffer>();
    this.#socket.cork();
    for (const piece of pieces) this.#socket.write(piece);
    this.#socket.uncork();
    return await this.#settled.promise;
  }

  close(): void {
    this.#socket.removeAllListeners("close");
    this.#socket.destroy();
  }

  #read(text: string): void {
    this.#input += text;
    const headEnd = this.#input.indexOf("\r\n\r\n");
    if (headEnd === -1) return;
    const head = this.#input.slice(0, headEnd);
    const length = Number(/^content-length: *(?<length>\d+)/im.exec(head)?.groups?.["length"] ?? 0);
    const bodyStart = headEnd + 4;
    if (this.#input.length < bodyStart + length) return;
    const body = this.#input.slice(bodyStart, bodyStart + length);
    this.#input = this.#input.slice(bodyStart + length);
    const isWhole = !/^transfer-encoding:/im.test(head);
    if (isWhole && head.startsWith("HTTP/1.1 2"))
      this.#settled?.resolve(Buffer.from(body, "latin1"));
    else this.#settled?.reject(new Error(`the server has answered ${head}\n${body}`));
  }
}
