import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { Listener } from "../../functions/node/listening/listener.node.ts";

const ASK = "GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n";
const LAST_ANSWER = /HTTP\/1\.1 200 OK\r\n[^]*connection: close\r\n[^]*$/i;

async function startListener(): Promise<{ listener: Listener; dial: () => Promise<Socket> }> {
  const listener = new Listener({
    handler: async () => ({ status: 200, header: new Headers({ "content-length": "0" }) }),
    report: (error) => {
      throw error;
    },
  });
  const address = await listener.listen("127.0.0.1", 0);
  const dial = async (): Promise<Socket> => {
    const socket = connect(Number(address.split(":")[1]), "127.0.0.1");
    await once(socket, "connect");
    return socket;
  };
  return { listener, dial };
}

/** Asks, and reads the answer, which leaves the connection idle. */
async function ask(socket: Socket): Promise<string> {
  const answer = new Promise<string>((resolve) =>
    socket.once("data", (data) => resolve(String(data))),
  );
  socket.write(ASK);
  return await answer;
}

test("who has an idle connection when a server stops may use it once more, and hears that it ends", async () => {
  const { listener, dial } = await startListener();
  const socket = await dial();
  expect(await ask(socket)).not.toMatch(LAST_ANSWER);
  const drained = listener.drain();
  const answer = text(socket);
  socket.write(ASK);
  expect(await answer).toMatch(LAST_ANSWER);
  await drained;
});

test("who has only just connected may still ask", async () => {
  const { listener, dial } = await startListener();
  const fresh = await dial();
  // Whatever connects later is accepted later.
  const later = await dial();
  await ask(later);
  const drained = listener.drain();
  const answer = text(fresh);
  fresh.write(ASK);
  expect(await answer).toMatch(LAST_ANSWER);
  await drained;
});

test("who does neither is not waited for", async () => {
  const { listener, dial } = await startListener();
  const [idle, silent] = [await dial(), await dial()];
  await ask(idle);
  await listener.drain();
  await Promise.all([text(idle), text(silent)]);
});
