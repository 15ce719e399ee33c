import { type Clients, clientsOn } from "../conformance/check.ts";
import { http } from "../conformance/http.node.ts";
import { createTarget, type TargetOptions } from "../conformance/target.node.ts";
import type { Connection, Protocol, Target } from "../conformance/target.ts";
import { MIB } from "../support/bytes.ts";
import type { CacheUnderFuzz, HttpAnswer, HttpRequest } from "./cache-under-fuzz.node.ts";

export interface ConnectedCacheOptions extends Pick<TargetOptions, "baseUrl" | "httpVersion"> {
  readonly protocols: readonly Protocol[];
  readonly sharesUploads: boolean;
  /** What the server has printed so far. */
  readonly output: () => string;
}

/** A server in a process of its own, over one connection for each protocol. */
export class ConnectedCache implements CacheUnderFuzz, Disposable {
  readonly settles = false;
  readonly protocols: readonly Protocol[];
  readonly sharesUploads: boolean;
  readonly #targets: ReadonlyMap<Protocol, Target>;
  readonly #connections = new Map<Protocol, Connection>();
  readonly #output: () => string;
  readonly #outputBefore: string;

  constructor({ protocols, sharesUploads, output, ...server }: ConnectedCacheOptions) {
    this.protocols = protocols;
    this.sharesUploads = sharesUploads;
    this.#targets = new Map(
      protocols.map((protocol) => [protocol, createTarget({ ...server, protocol })]),
    );
    this.#output = output;
    this.#outputBefore = output();
  }

  clients(protocol: Protocol): Clients {
    const known = this.#connections.get(protocol);
    if (known !== undefined) return clientsOn(known);
    const connection = this.#target(protocol).connect({ readMaxBytes: 16 * MIB });
    this.#connections.set(protocol, connection);
    return clientsOn(connection);
  }

  async http(request: HttpRequest): Promise<HttpAnswer> {
    const target = this.#target("connect");
    const { status, headers, body } = await http({ target }, request);
    return { status, encoding: headers["content-encoding"], body };
  }

  async settle(): Promise<void> {}

  async expectClean(): Promise<void> {
    const output = this.#output();
    if (output !== this.#outputBefore) throw new Error(`the server has printed ${output}`);
  }

  [Symbol.dispose](): void {
    for (const connection of this.#connections.values()) connection[Symbol.dispose]();
  }

  #target(protocol: Protocol): Target {
    const target = this.#targets.get(protocol);
    if (target === undefined) throw new Error(`this server does not speak ${protocol}`);
    return target;
  }
}
