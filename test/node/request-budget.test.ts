import { Code, createContextValues } from "@connectrpc/connect";
import type { UniversalServerRequest } from "@connectrpc/connect/protocol";
import { expect, test } from "vitest";
import { holdingKey } from "../../functions/interceptors/holding.ts";
import { RequestBudget } from "../../functions/interceptors/request-budget.ts";

function requestOf(...sizes: readonly number[]): UniversalServerRequest {
  return {
    httpVersion: "2.0",
    method: "POST",
    url: "http://localhost/any",
    header: new Headers(),
    body: (async function* () {
      for (const size of sizes) yield new Uint8Array(size);
    })(),
    signal: new AbortController().signal,
    contextValues: createContextValues(),
  };
}

async function drain({ body }: UniversalServerRequest): Promise<void> {
  if (typeof body !== "object" || body === null || !(Symbol.asyncIterator in body)) return;
  for await (const _ of body);
}

test("what a request holds is counted until it is answered, and not after", async () => {
  const budget = new RequestBudget(100);
  let heldInside = 0;
  await budget.serve(
    async (request) => {
      await drain(request);
      heldInside = budget.heldBytes;
      return { status: 200 };
    },
    requestOf(30, 40),
  );
  expect(heldInside).toBe(70);
  expect(budget.heldBytes).toBe(0);
});

test("who finds no room waits for it, in the order of coming", async () => {
  const budget = new RequestBudget(100);
  const served: number[] = [];
  const held = Promise.withResolvers<void>();
  const serve = async (index: number): Promise<void> => {
    await budget.serve(async (request) => {
      await drain(request);
      served.push(index);
      await held.promise;
      return { status: 200 };
    }, requestOf(60));
  };
  const all = [serve(0), serve(1), serve(2)];
  await expect.poll(() => served).toEqual([0]);
  held.resolve();
  await Promise.all(all);
  expect(served).toEqual([0, 1, 2]);
  expect(budget.heldBytes).toBe(0);
});

test("who waits in vain is refused", async () => {
  const budget = new RequestBudget(100, 20);
  const held = Promise.withResolvers<void>();
  const read = async (request: UniversalServerRequest): Promise<{ status: number }> => {
    await drain(request);
    await held.promise;
    return { status: 200 };
  };
  const first = budget.serve(read, requestOf(60));
  await expect(budget.serve(read, requestOf(60))).rejects.toThrow(/already hold 100 bytes/);
  held.resolve();
  await first;
  expect(budget.heldBytes).toBe(0);
});

test("what never fits is refused at once, and nobody waits behind it", async () => {
  const budget = new RequestBudget(100, 600_000);
  const first = budget.hold(new AbortController().signal);
  await first.receive(60);
  const tooMuch = budget.hold(new AbortController().signal).receive(101);
  await expect(tooMuch).rejects.toMatchObject({ code: Code.ResourceExhausted });
  expect(budget.hold(new AbortController().signal).tryReceive(40)).toBe(true);
});

test("what does not fit is refused, and gives back what it held", async () => {
  const budget = new RequestBudget(100);
  const serve = budget.serve(
    async (request) => {
      await drain(request);
      return { status: 200 };
    },
    requestOf(60, 60),
  );
  await expect(serve).rejects.toThrow(/already hold 100 bytes/);
  expect(budget.heldBytes).toBe(0);
});

test("a streamed answer holds its request until its last byte, or until nobody reads on", async () => {
  const budget = new RequestBudget(100);
  const open = async (): Promise<AsyncIterator<Uint8Array> | undefined> => {
    const { body } = await budget.serve(async (request) => {
      await drain(request);
      return {
        status: 200,
        body: (async function* () {
          yield new Uint8Array(1);
          yield new Uint8Array(1);
        })(),
      };
    }, requestOf(50));
    return body?.[Symbol.asyncIterator]();
  };
  const [read, left] = [await open(), await open()];
  await Promise.all([read?.next(), left?.next()]);
  expect(budget.heldBytes).toBe(100);
  await read?.next();
  await read?.next();
  expect(budget.heldBytes).toBe(50);
  await left?.return?.();
  expect(budget.heldBytes).toBe(0);
});

test("an answer that is put together waits for room, and gives it back when it has been sent", async () => {
  const budget = new RequestBudget(100);
  const held: number[] = [];
  const serve = async (): Promise<void> => {
    const { body } = await budget.serve(async (request) => {
      await drain(request);
      const holding = request.contextValues?.get(holdingKey);
      await holding?.holdAnswer(40);
      held.push(budget.heldBytes);
      return { status: 200, body: requestOf(40).body as AsyncIterable<Uint8Array> };
    }, requestOf(10));
    if (body !== undefined) for await (const _ of body);
  };
  await Promise.all([serve(), serve(), serve()]);
  expect(held).toEqual([90, 90, 90]);
  expect(budget.heldBytes).toBe(0);
});

test("what is made of a request counts with it, and finds room at once or not at all", async () => {
  const budget = new RequestBudget(100);
  let heldInside = 0;
  const serve = async (bytes: number): Promise<void> => {
    await budget.serve(async (request) => {
      await drain(request);
      const holding = request.contextValues?.get(holdingKey);
      holding?.hold(bytes);
      heldInside = budget.heldBytes;
      return { status: 200 };
    }, requestOf(40));
  };
  await serve(60);
  expect(heldInside).toBe(100);
  await expect(serve(61)).rejects.toMatchObject({ code: Code.ResourceExhausted });
  expect(budget.heldBytes).toBe(0);
});
