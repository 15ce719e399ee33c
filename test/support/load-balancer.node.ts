import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/**
 * Passes each connection on to one of several servers, in turn, as a load balancer for TCP does: one that takes no connections
 * is passed over, and a connection stays where it is until it ends.
 */
export class LoadBalancer implements AsyncDisposable {
  /** Where connections may go: `HOST:PORT`. */
  readonly targets: Set<string> = new Set();
  readonly #server: Server = createServer((client) => this.#accept(client));
  readonly #connections = new Map<Socket, string>();
  #passedBytes = 0;
  #turn = 0;

  static async start(targets: readonly string[]): Promise<LoadBalancer> {
    const balancer = new LoadBalancer();
    for (const target of targets) balancer.targets.add(target);
    balancer.#server.listen(0, "127.0.0.1");
    await once(balancer.#server, "listening");
    return balancer;
  }

  get address(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `127.0.0.1:${port}`;
  }

  /** The targets of the connections that there are. */
  get inUse(): ReadonlySet<string> {
    return new Set(this.#connections.values());
  }

  /** Resolves when so many more bytes have been passed on, in both directions together. */
  async passed(bytes: number): Promise<void> {
    const wanted = this.#passedBytes + bytes;
    while (this.#passedBytes < wanted) await once(this.#server, "passed");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const client of this.#connections.keys()) client.destroy();
    await closed;
  }

  #accept(client: Socket): void {
    client.on("error", () => client.destroy());
    const targets = [...this.targets];
    const first = this.#turn++ % Math.max(1, targets.length);
    this.#passOn(client, [...targets.slice(first), ...targets.slice(0, first)]);
  }

  #passOn(client: Socket, [target, ...others]: readonly string[]): void {
    if (target === undefined) {
      client.destroy();
      return;
    }
    const [host, port] = target.split(":");
    const server = connect(Number(port), host);
    const tryOthers = (): void => this.#passOn(client, others);
    server.once("error", tryOthers);
    server.once("connect", () => {
      server.off("error", tryOthers).on("error", () => server.destroy());
      this.#connections.set(client, target);
      for (const [from, to] of [
        [client, server],
        [server, client],
      ] as const) {
        from.on("data", ({ byteLength }: Buffer) => this.#count(byteLength));
        from.once("close", () => to.destroy());
        from.pipe(to);
      }
      client.once("close", () => this.#connections.delete(client));
    });
  }

  #count(bytes: number): void {
    this.#passedBytes += bytes;
    this.#server.emit("passed");
  }
}
