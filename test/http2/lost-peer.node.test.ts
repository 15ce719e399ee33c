import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { expect, test } from "vitest";
import { hasLostPeer } from "../../functions/http2/lost-peer.node.ts";

test("the loss of a peer is seen on a socket that nobody reads", async () => {
  const server = createServer({ pauseOnConnect: true }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const [socket] = (await once(server, "connection")) as [Socket];
  expect(hasLostPeer(socket)).toBe(false);
  client.resetAndDestroy();
  await expect.poll(() => hasLostPeer(socket)).toBe(true);
  expect(socket.destroyed).toBe(false);
  socket.destroy();
  expect(hasLostPeer(socket)).toBe(false);
  server.close();
});
