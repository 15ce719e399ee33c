import { expect, test } from "vitest";
import { GrpcCall } from "../../functions/grpc/grpc-call.node.ts";
import { inTurns, type MessageBytes, unary } from "../../functions/grpc/rpc.node.ts";
import { holdingKey } from "../../functions/interceptors/holding.ts";
import { RequestBudget } from "../../functions/interceptors/request-budget.ts";
import { ContentAddressableStorage } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { Turns } from "../../shared/turns.ts";

const method = ContentAddressableStorage.method.batchUpdateBlobs;

test("messages beyond the bytes of a turn are not decoded before others are answered", async () => {
  const decoded: number[] = [];
  const answers: (() => void)[] = [];
  const decode = (bytes: MessageBytes): number => {
    decoded.push(bytes.byteLength);
    return bytes.byteLength;
  };
  const rpc = inTurns(
    unary(method, { decode, encode: () => [] }, async () => {
      await new Promise<void>((resolve) => answers.push(resolve));
    }),
    new Turns(10),
  );
  const calls = [6, 4, 9, 7].map((bytes) => {
    const call = new GrpcCall(method, new Map(), undefined, undefined);
    return { call, answer: rpc.answer(Buffer.alloc(bytes), call) };
  });
  await expect.poll(() => decoded).toEqual([6, 4]);
  calls[2]?.call.abort(new Error("its client is gone"));
  await expect(calls[2]?.answer).rejects.toThrow("its client is gone");
  for (const answer of answers) answer();
  await expect.poll(() => decoded).toEqual([6, 4, 7]);
  answers.at(-1)?.();
  await expect(calls[3]?.answer).resolves.toEqual([]);
});

test("who has to wait for room leaves its turn, and who waits for its turn keeps no room", async () => {
  const budget = new RequestBudget(100, 1000);
  const other = budget.hold(new AbortController().signal);
  await other.receive(50);
  const rpc = inTurns(
    unary(
      method,
      { decode: ({ byteLength }) => byteLength, encode: () => [] },
      async (bytes, { values }) => await values.get(holdingKey)?.holdAnswer(4 * bytes),
    ),
    new Turns(10),
  );
  // Together they hold all of the room before the first is in its turn, which then needs more than is left.
  const calls = Array.from({ length: 5 }, async () => {
    const call = new GrpcCall(method, new Map(), undefined, undefined);
    const holding = budget.hold(call.signal);
    await holding.receive(10);
    call.values.set(holdingKey, holding);
    try {
      return await rpc.answer(Buffer.alloc(10), call);
    } finally {
      holding.release();
    }
  });
  other.release();
  await expect(Promise.all(calls)).resolves.toEqual(calls.map(() => []));
  expect(budget.heldBytes).toBe(0);
});
