import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Listener } from "../../functions/node/listening/listener.node.ts";

const timeouts = { headersTimeoutMs: 200, idleTimeoutMs: 400 };
const listener = new Listener({
  handler: async () => ({ status: 200, header: new Headers({ "content-length": "0" }) }),
  report: (error) => {
    throw error;
  },
  timeouts,
});
let address = "";

beforeAll(async () => {
  address = await listener.listen("127.0.0.1", 0);
});

afterAll(() => listener.destroy());

async function dial(): Promise<Socket> {
  const socket = connect(Number(address.split(":")[1]), "127.0.0.1");
  await once(socket, "connect");
  return socket;
}

/** Everything that the server sends until it closes the connection. */
async function readToEnd(socket: Socket): Promise<string> {
  let text = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  // `once` of node:events would take the reset that may come before as a failure.
  await new Promise((resolve) => socket.on("error", () => undefined).once("close", resolve));
  return text;
}

test("a connection that says nothing is closed", async () => {
  expect(await readToEnd(await dial())).toBe("");
});

test("a connection that does not get to its protocol is closed", async () => {
  const socket = await dial();
  socket.write("PR");
  expect(await readToEnd(socket)).toBe("");
});

test("headers that trickle in are cut off, however steadily", async () => {
  const socket = await dial();
  socket.write("GET /status HTTP/1.1\r\nHost: h\r\n");
  const trickle = setInterval(() => socket.write("x"), 20);
  const answer = await readToEnd(socket);
  clearInterval(trickle);
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
});

test("an idle connection that was in use is closed", async () => {
  const socket = await dial();
  socket.write("GET /status HTTP/1.1\r\nHost: h\r\n\r\n");
  expect(await readToEnd(socket)).toMatch(/^HTTP\/1\.1 200 /);
});

test("an idle HTTP/2 connection is closed with a GOAWAY", async () => {
  const session = connectHttp2(`http://${address}`);
  const goaway = once(session, "goaway");
  await once(session, "close");
  expect((await goaway)[0]).toBe(0);
});
