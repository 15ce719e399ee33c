import { once } from "node:events";
import { connect } from "node:http2";
import { describe, it } from "vitest";
import { sniffProtocol } from "../../functions/node/listening/protocol-sniffer.node.ts";
import { limits } from "../../shared/limits.ts";
import { ask } from "./ask.node.ts";
import { echo, serve } from "./served.node.ts";

describe("Node's client", () => {
  it.for([0, 1, 10, 16_384, 100_000, 1_000_000, 5_000_000])(
    "%i bytes come back as they were",
    async (length, { expect }) => {
      await using served = await serve(echo);
      const session = connect(`http://127.0.0.1:${served.port}`);
      const body = Buffer.from(
        Array.from({ length: Math.min(length, 999) }, (_, index) => index % 251),
      );
      const sent = Buffer.alloc(length, body.byteLength > 0 ? body : "");
      const answer = await ask(session, sent);
      expect(answer.status).toBe(200);
      expect(answer.body.equals(sent)).toBe(true);
      expect(answer.grpcStatus).toBe("0");
      session.close();
    },
  );

  it("many requests at once are each answered with their own", async ({ expect }) => {
    await using served = await serve(echo);
    const session = connect(`http://127.0.0.1:${served.port}`);
    await once(session, "remoteSettings");
    expect(session.remoteSettings.maxConcurrentStreams).toBe(limits.connectionStreams);
    const bodies = Array.from({ length: 500 }, (_, index) => Buffer.alloc(index * 50, `${index}.`));
    const answers = await Promise.all(bodies.map(async (body) => await ask(session, body)));
    expect(answers.map(({ body }) => body.toString())).toEqual(bodies.map(String));
    session.close();
  });

  it("a session that closes ends when its requests have", async ({ expect }) => {
    await using served = await serve(echo);
    const session = connect(`http://127.0.0.1:${served.port}`);
    await once(session, "remoteSettings");
    const answer = ask(session, Buffer.from("last"));
    session.close();
    expect((await answer).body.toString()).toBe("last");
    await once(session, "close");
  });

  it("bytes that somebody has looked at and put back come first", async ({ expect }) => {
    await using served = await serve(echo, {}, (socket, accept) =>
      sniffProtocol(socket, limits.headersTimeoutMs, accept),
    );
    const session = connect(`http://127.0.0.1:${served.port}`);
    const body = Buffer.alloc(3_000_000, "put back ");
    expect((await ask(session, body)).body.equals(body)).toBe(true);
    expect((await ask(session, body)).body.equals(body)).toBe(true);
    session.close();
  });

  it("nothing is mixed up between connections that share memory", async ({ expect }) => {
    await using served = await serve(echo);
    const bodies = Array.from({ length: 8 }, (_, index) => Buffer.alloc(700_000, `${index} `));
    const answers = await Promise.all(
      bodies.map(async (body) => {
        const session = connect(`http://127.0.0.1:${served.port}`);
        const answer = await ask(session, body);
        session.close();
        return answer.body.equals(body);
      }),
    );
    expect(answers).toEqual(bodies.map(() => true));
  });
});
