// The other end of a socket: ROLE PORT BYTES. Sends so many bytes, or receives whatever comes, until the socket ends.

import { once } from "node:events";
import { connect } from "node:net";
import { MIB } from "../../support/bytes.ts";

const [role = "", port = "", bytes = ""] = process.argv.slice(2);

const piece = Buffer.alloc(MIB);
const socket = connect({
  port: Number(port),
  host: "127.0.0.1",
  ...(role === "receive" ? { onread: { buffer: piece, callback: () => true } } : {}),
});
const ended = once(socket, "close");
if (role === "send") {
  for (let sent = 0; sent < Number(bytes); sent += piece.length) {
    if (!socket.write(piece)) await Promise.race([once(socket, "drain"), ended]);
  }
}
await ended;
