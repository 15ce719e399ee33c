import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { Listener } from "../../functions/node/listening/listener.node.ts";
import { limits } from "../../shared/limits.ts";

const ASK = "GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n";
const LAST_ANSWER = /HTTP\/1\.1 200 OK\r\n[^]*connection: close\r\n[^]*$/i;

interface Scene {
  readonly listener: Listener;
  /** How many requests were begun. */
  readonly begun: () => number;
  readonly dial: () => Promise<Socket>;
}

async function startListener({ allowHalfOpen = false } = {}): Promise<Scene> {
  let begun = 0;
  const listener = new Listener({
    handler: async () => {
      begun += 1;
      return { status: 200, header: new Headers({ "content-length": "0" }) };
    },
    report: (error) => {
      throw error;
    },
  });
  const address = await listener.listen("127.0.0.1", 0);
  const dial = async (): Promise<Socket> => {
    const socket = connect({ port: Number(address.split(":")[1]), allowHalfOpen });
    await once(socket, "connect");
    return socket;
  };
  return { listener, begun: () => begun, dial };
}

/** Asks, and reads the answer, which leaves the connection idle. */
async function ask(socket: Socket): Promise<string> {
  const answer = new Promise<string>((resolve) =>
    socket.once("data", (data) => resolve(String(data))),
  );
  socket.write(ASK);
  return await answer;
}

/** Nothing else runs in this thread meanwhile. */
function keepBusy(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
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

test.for([
  ["an idle connection", true, limits.lastAskMs],
  ["a fresh one", false, limits.firstWordMs],
] as const)(
  "what came on %s in time is answered, though the server was too busy to read it",
  async ([, hasAsked, patienceMs]) => {
    const { listener, dial } = await startListener();
    const socket = await dial();
    // Whatever connects later is accepted later.
    await ask(await dial());
    if (hasAsked) await ask(socket);
    const drained = listener.drain();
    const answer = text(socket);
    socket.write(ASK);
    keepBusy(patienceMs + 50);
    expect(await answer).toMatch(LAST_ANSWER);
    await drained;
  },
);

test("a request that crosses the end is not begun, and meets no reset", async () => {
  const { listener, begun, dial } = await startListener({ allowHalfOpen: true });
  const socket = await dial();
  await ask(socket);
  const drained = listener.drain();
  const ended = once(socket, "end");
  socket.resume();
  await ended;
  const before = begun();
  const failed = vi.fn<(error: Error) => void>();
  socket.on("error", failed);
  for (let times = 0; times < 3; times++) {
    socket.write(ASK);
    await sleep(20);
  }
  expect(begun()).toBe(before);
  expect(failed).not.toHaveBeenCalled();
  socket.destroy();
  await drained;
});

test("who does not close what has ended is not waited for either", async () => {
  const { listener, dial } = await startListener({ allowHalfOpen: true });
  const socket = await dial();
  socket.on("error", () => undefined);
  await ask(socket);
  const startMs = performance.now();
  await listener.drain();
  expect(performance.now() - startMs).toBeLessThan(limits.lastAskMs + limits.lastReadMs + 500);
  socket.destroy();
});

test("who does neither is not waited for", async () => {
  const { listener, dial } = await startListener();
  const [idle, silent] = [await dial(), await dial()];
  await ask(idle);
  await listener.drain();
  await Promise.all([text(idle), text(silent)]);
});
