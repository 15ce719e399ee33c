import { once } from "node:events";
import type {
  UniversalHandlerFn,
  UniversalServerRequest,
  UniversalServerResponse,
} from "@connectrpc/connect/protocol";
import { describe, it } from "vitest";
import type { FunctionUrlEvent } from "../../functions/aws/function-url-event.node.ts";
import { serveEvents } from "../../functions/aws/serve-event.node.ts";
import { errorAnswer } from "../../functions/handlers/http-answer.ts";
import { universalAnswer } from "../../functions/handlers/http-exchange.ts";
import { KIB, MIB, readAll } from "../support/bytes.ts";
import {
  answerOf,
  contextOf,
  invoke,
  runtime,
  type RuntimeStream,
} from "../support/lambda-runtime.node.ts";

const event: FunctionUrlEvent = {
  rawPath: "/",
  rawQueryString: "",
  headers: {},
  requestContext: { http: { method: "GET" } },
  isBase64Encoded: false,
};

function ask(handler: UniversalHandlerFn, timeoutMs?: number): RuntimeStream {
  return invoke(serveEvents(handler, runtime), event, contextOf(timeoutMs));
}

function answering(answer: UniversalServerResponse): UniversalHandlerFn {
  return async () => answer;
}

/** What is sent may only be half of an answer that failed. */
async function failureOf({ sent }: RuntimeStream): Promise<unknown> {
  const [error] = (await once(sent.resume(), "error")) as [unknown];
  return error;
}

describe("an answer", () => {
  it("begins with its head", async ({ expect }) => {
    const header = new Headers({ "content-type": "text/plain", "x-a": "1" });
    header.append("x-a", "2");
    const body = (async function* () {
      yield Buffer.from("one ");
      yield Buffer.from("two");
    })();
    const answer = await answerOf(ask(answering({ status: 201, header, body })));
    expect(answer).toMatchObject({
      statusCode: 201,
      headers: { "content-type": "text/plain", "x-a": "1, 2" },
    });
    expect(Buffer.from(await readAll(answer.body)).toString()).toBe("one two");
  });

  it("has a head where it has no bytes", async ({ expect }) => {
    const answer = await answerOf(ask(answering({ status: 204 })));
    expect(answer).toMatchObject({ statusCode: 204, headers: {} });
    expect(await readAll(answer.body)).toHaveLength(0);
  });

  it("may hold what looks like the end of its head", async ({ expect }) => {
    const zeros = new Uint8Array(20);
    const body = (async function* () {
      yield zeros;
    })();
    const answer = await answerOf(ask(answering({ status: 200, body })));
    expect(await readAll(answer.body)).toEqual(zeros);
  });

  it("waits for whoever takes it", async ({ expect }) => {
    let pulled = 0;
    const body = (async function* () {
      for (; pulled < 64; pulled++) yield new Uint8Array(64 * KIB);
    })();
    const stream = ask(answering({ status: 200, body }));
    await once(stream.sent, "readable");
    // As much as a turn of the event loop brings: nobody has read yet.
    await new Promise((resolve) => setImmediate(resolve));
    expect(pulled).toBeLessThan(8);
    const answer = await answerOf(stream);
    expect(await readAll(answer.body)).toHaveLength(4 * MIB);
  });

  it("that breaks off does not end as a whole one", async ({ expect }) => {
    const broken = new Error("the bucket is gone");
    const body = (async function* () {
      yield new Uint8Array(10);
      throw broken;
    })();
    expect(await failureOf(ask(answering({ status: 200, body })))).toBe(broken);
  });

  it("that never begins has no head", async ({ expect }) => {
    const broken = new Error("nobody expected this");
    const stream = ask(async () => {
      throw broken;
    });
    expect(await failureOf(stream)).toBe(broken);
  });

  it("that nobody takes any more lets go of its source", async ({ expect }) => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const body = (async function* () {
      try {
        for (;;) yield new Uint8Array(64 * KIB);
      } finally {
        release();
      }
    })();
    const { promise: asked, resolve } = Promise.withResolvers<UniversalServerRequest>();
    const stream = ask(async (request) => {
      resolve(request);
      return { status: 200, body };
    });
    const { signal } = await asked;
    await once(stream.sent, "readable");
    stream.sent.destroy();
    await released;
    expect(signal.aborted).toBe(true);
  });
});

describe("an invocation whose time is up", () => {
  /** Waits until it is told to stop. */
  const patient: UniversalHandlerFn = async ({ signal }) => {
    await once(signal, "abort");
    return universalAnswer(errorAnswer(signal.reason));
  };

  it("says so before Lambda ends it", async ({ expect }) => {
    const answer = await answerOf(ask(patient, 2050));
    expect(answer.statusCode).toBe(503);
    expect(Buffer.from(await readAll(answer.body)).toString()).toMatch(/time is up; try again/);
  });

  it("breaks off what it has begun", async ({ expect }) => {
    const body = (signal: AbortSignal) =>
      (async function* () {
        yield new Uint8Array(10);
        await once(signal, "abort");
        signal.throwIfAborted();
      })();
    const stream = ask(async ({ signal }) => ({ status: 200, body: body(signal) }), 2050);
    expect(String(await failureOf(stream))).toContain("time is up");
  });
});
