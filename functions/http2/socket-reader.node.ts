import type { Socket } from "node:net";

/** What the system gives of one socket at a time at most. */
const BUFFER_BYTES = 256 * 1024;

/** All sockets of a thread are read into the same memory: what comes is dealt with before anything else is read. */
const buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);

/**
 * Hands on what a socket brings; the bytes are the receiver's until it returns. Uploads cost half as much CPU time where they are not
 * put into new memory each time. Node has that for sockets that connect (`onread`) and not for those that were accepted, so that it is
 * switched on here by what `onread` itself uses; a socket that does not have it is read like any stream.
 */
export function readSocket(socket: Socket, receive: (bytes: Buffer) => void): void {
  let isShared = false;
  socket.on("data", (bytes: Buffer) => {
    receive(bytes);
    // Bytes that somebody has put back come first.
    if (isShared || socket.readableLength > 0) return;
    isShared = true;
    shareBuffer(socket, receive);
  });
}

function shareBuffer(socket: Socket, receive: (bytes: Buffer) => void): void {
  const handle: unknown = Reflect.get(socket, "_handle");
  const [bufferKey, callbackKey] = [symbolOf(socket, "kBuffer"), symbolOf(socket, "kBufferCb")];
  const isEncrypted = "encrypted" in socket;
  if (isEncrypted || bufferKey === undefined || callbackKey === undefined) return;
  if (!takesBuffers(handle) || Reflect.get(socket, bufferKey) !== null) return;
  Reflect.set(socket, bufferKey, buffer);
  Reflect.set(socket, callbackKey, (length: number) => receive(buffer.subarray(0, length)));
  handle.useUserBuffer(buffer);
}

/** A property that Node keeps to itself. */
function symbolOf(socket: Socket, description: string): symbol | undefined {
  return Object.getOwnPropertySymbols(socket).find((symbol) => symbol.description === description);
}

function takesBuffers(
  handle: unknown,
): handle is { readonly useUserBuffer: (bytes: Buffer) => void } {
  return (
    typeof handle === "object" &&
    handle !== null &&
    "useUserBuffer" in handle &&
    typeof handle.useUserBuffer === "function"
  );
}
