import type { Socket } from "node:net";

/** Connections that came with a certificate: what it was good for may be over before they are. */
export class CertifiedConnections {
  readonly #ends = new Map<Socket, () => void>();

  /** `end` lets a connection's requests end, and then the connection. */
  add(socket: Socket, end: () => void): void {
    this.#ends.set(socket, end);
    socket.once("close", () => this.#ends.delete(socket));
  }

  /** So that clients connect again, with a certificate that counts. */
  endAll(): void {
    for (const end of this.#ends.values()) end();
  }
}
