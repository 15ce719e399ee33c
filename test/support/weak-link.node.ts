import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { dial } from "./dial.node.ts";

/** Passes connections on to a server, and loses each of them once its client has sent so many bytes. */
export class WeakLink implements AsyncDisposable {
  readonly #target: string;
  readonly #bytes: number;
  readonly #server: Server = createServer((client) => this.#passOn(client));
  readonly #sockets = new Set<Socket>();
  #lost = 0;
  #sentBytes = 0;

  private constructor(target: string, bytes: number) {
    this.#target = target;
    this.#bytes = bytes;
  }

  static async to(target: string, bytes: number): Promise<WeakLink> {
    const link = new WeakLink(target, bytes);
    link.#server.listen(0, "127.0.0.1");
    await once(link.#server, "listening");
    return link;
  }

  get address(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `127.0.0.1:${port}`;
  }

  /** Connections that were lost. */
  get lost(): number {
    return this.#lost;
  }

  /** Bytes that clients have sent, in all. */
  get sentBytes(): number {
    return this.#sentBytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #passOn(client: Socket): void {
    const server = dial(this.#target);
    client.on("error", () => client.destroy());
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.once("close", () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    let left = this.#bytes;
    client.on("data", (chunk: Buffer) => {
      this.#sentBytes += chunk.byteLength;
      left -= chunk.byteLength;
      if (left > 0) return;
      this.#lost += 1;
      client.destroy();
    });
    client.pipe(server).pipe(client);
  }
}
