import type { ExpectStatic } from "vitest";
import { blobOf } from "../conformance/blobs.ts";
import { type Clients, clientsOn } from "../conformance/check.ts";
import { outcome } from "../conformance/outcome.ts";
import { writeBlob } from "../conformance/streams.ts";
import { createTarget } from "../conformance/target.node.ts";
import type { Hayloft } from "./hayloft.node.ts";
import { openSockets } from "./process-status.node.ts";

const patience = { timeout: 20_000, interval: 20 };

/** What a server may not keep of clients that left: sockets, memory, words in its log. */
export class Leftovers {
  readonly #hayloft: Hayloft;
  readonly #sockets: number | undefined;
  readonly #output: string;

  private constructor(hayloft: Hayloft, sockets: number | undefined) {
    this.#hayloft = hayloft;
    this.#sockets = sockets;
    this.#output = hayloft.output();
  }

  /** Looks at a server that nobody talks to yet. */
  static async before(hayloft: Hayloft): Promise<Leftovers> {
    return new Leftovers(hayloft, await openSockets(hayloft.pid));
  }

  /** Every connection is closed, and the log says nothing new. */
  async expectGone(expect: ExpectStatic): Promise<void> {
    await expect.poll(() => openSockets(this.#hayloft.pid), patience).toBe(this.#sockets);
    expect(this.#hayloft.output()).toBe(this.#output);
  }

  /** A blob that takes the whole store fits, so no byte of it is taken. Nothing else does afterwards. */
  async expectAllRoom(expect: ExpectStatic): Promise<void> {
    using connection = createTarget({ baseUrl: this.#hayloft.url, protocol: "grpc" }).connect();
    const clients = clientsOn(connection);
    const blob = blobOf(new Uint8Array(await largestBlobBytes(clients)));
    await expect.poll(() => outcome(writeBlob(clients, "", blob)), patience).toBe("OK");
  }
}

async function largestBlobBytes({ capabilities }: Clients): Promise<number> {
  const { cacheCapabilities } = await capabilities.getCapabilities({});
  return Number(cacheCapabilities?.maxCasBlobSizeBytes);
}
