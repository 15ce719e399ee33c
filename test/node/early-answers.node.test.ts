import { connect } from "node:net";
import { expect, test } from "vitest";
import { limits } from "../../shared/limits.ts";
import { startHayloft } from "../support/hayloft.node.ts";

const hash = "a".repeat(64);

function put(length: number): string {
  return `PUT /cas/${hash} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n\r\n`;
}

test("a client that is still sending reads why it was refused, and is then cut off", async () => {
  await using server = await startHayloft({ args: ["--size", "256MiB"] });
  const socket = connect(Number(server.address.split(":")[1]), "127.0.0.1");
  let answer = "";
  socket.setEncoding("utf8").on("data", (text: string) => (answer += text));
  socket.on("error", () => undefined).write(put(2 ** 40));
  const sending = setInterval(() => socket.write("more"), 20);
  await expect.poll(() => answer).toMatch(/^HTTP\/1\.1 413 /);
  const answeredMs = performance.now();
  await new Promise((resolve) => socket.once("close", resolve));
  clearInterval(sending);
  expect(performance.now() - answeredMs).toBeGreaterThan(limits.lingerMs - 500);
});

test("a client that sends the rest of what was refused may use its connection again", async () => {
  await using server = await startHayloft();
  const socket = connect(Number(server.address.split(":")[1]), "127.0.0.1");
  let answers = "";
  socket.setEncoding("utf8").on("data", (text: string) => (answers += text));
  socket.write(put(10).replace("/cas/", "/not/a/cache/"));
  await expect.poll(() => answers).toMatch(/^HTTP\/1\.1 404 /);
  socket.write("0123456789GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await expect.poll(() => answers).toMatch(/HTTP\/1\.1 200 /);
  socket.destroy();
});
