import type { Socket } from "node:net";

/** Whether the system knows of a connected socket that its other end is gone, which it tells who asks, and nobody who does not read. */
export function hasLostPeer(socket: Socket): boolean {
  const handle: unknown = Reflect.get(socket, "_handle");
  return namesPeer(handle) && handle.getpeername({}) !== 0;
}

function namesPeer(handle: unknown): handle is { readonly getpeername: (into: object) => number } {
  return (
    typeof handle === "object" &&
    handle !== null &&
    "getpeername" in handle &&
    typeof handle.getpeername === "function"
  );
}
