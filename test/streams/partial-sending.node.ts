import { connected, gone } from "../support/dial.node.ts";

/** What HTTP/2 lets a server send to a client that never opens a window. */
const INITIAL_WINDOW_BYTES = 65_535;

/** How a client goes: in order, or all of a sudden. */
export type Leave = "close" | "reset";

/** Connects, sends `bytes`, and leaves. Resolves once the connection is gone. */
export async function sendAndLeave(
  address: string,
  bytes: Uint8Array,
  leave: Leave,
): Promise<void> {
  const socket = await connected(address);
  await new Promise<void>((resolve) => socket.write(bytes, () => resolve()));
  if (leave === "reset") socket.resetAndDestroy();
  else socket.destroy();
  await gone(socket);
}

/** Connects, sends `request`, and leaves once about `bytes` of the answer, or the windows it may use, are there. */
export async function takeAndLeave(
  address: string,
  request: Uint8Array,
  bytes: number,
): Promise<void> {
  const socket = await connected(address);
  socket.write(request);
  let taken = 0;
  for await (const chunk of socket) {
    taken += (chunk as Buffer).byteLength;
    if (taken >= Math.min(bytes, INITIAL_WINDOW_BYTES)) break;
  }
}

/** About `count` places to cut `length` bytes at; more of them near both ends. */
export function cuts(length: number, count: number): number[] {
  const edge = 100;
  const step = Math.ceil(length / count);
  return Array.from({ length }, (_, at) => at).filter(
    (at) => at % step === 0 || ((at < edge || at >= length - edge) && at % 5 === 0),
  );
}
