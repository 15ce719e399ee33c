import type { Socket } from "node:net";

/** How every HTTP/2 connection begins, and no HTTP/1.1 request can. */
const PREFACE = "PRI ";

/**
 * Calls `take` once the first bytes of a connection tell which protocol it speaks; the bytes stay in the socket.
 * A connection that does not say so in `patienceMs` is closed.
 */
export function sniffProtocol(
  socket: Socket,
  patienceMs: number,
  take: (protocol: "http1" | "http2") => void,
): void {
  const giveUp = (): void => void socket.destroy();
  const onReadable = (): void => {
    const start: unknown = socket.read(PREFACE.length);
    if (!(start instanceof Uint8Array)) return;
    socket.off("readable", onReadable).off("timeout", giveUp).off("end", giveUp).setTimeout(0);
    socket.unshift(start);
    take(Buffer.from(start).toString("latin1") === PREFACE ? "http2" : "http1");
  };
  socket.setTimeout(patienceMs);
  socket.on("readable", onReadable).once("timeout", giveUp).once("end", giveUp);
}
