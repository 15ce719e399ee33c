import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Listener } from "../../functions/node/listening/listener.node.ts";

const MIB = 1024 * 1024;

/** Answers that were let go; each has its second chunk only once the server knows that its client is gone. */
let disposed = 0;

const listener = new Listener({
  handler: async ({ signal }) => ({
    status: 200,
    body: (async function* () {
      try {
        yield new Uint8Array(10);
        await once(signal, "abort");
        yield new Uint8Array(10 * MIB);
        yield new Uint8Array(10 * MIB);
      } finally {
        disposed += 1;
      }
    })(),
  }),
  report: (error) => {
    throw error;
  },
});
let url = "";

beforeAll(async () => {
  url = `http://${await listener.listen("127.0.0.1", 0)}`;
});

afterAll(() => listener.destroy());

test("an HTTP/1.1 answer is let go when its client leaves between two chunks", async () => {
  disposed = 0;
  const request = httpRequest(url).on("error", () => undefined);
  request.end();
  await new Promise((resolve) =>
    request.once("response", (response) => response.once("data", resolve)),
  );
  request.destroy();
  await once(request, "close");
  await expect.poll(() => disposed).toBe(1);
});

test("an HTTP/2 answer is let go when its client leaves between two chunks", async () => {
  disposed = 0;
  const session = connectHttp2(url).on("error", () => undefined);
  const stream = session.request({ ":path": "/" }).on("error", () => undefined);
  await once(stream, "data");
  session.destroy();
  await once(session, "close");
  await expect.poll(() => disposed).toBe(1);
});
