// A client process: opens its calls and stops each of them half-way through its request; once told to go on, completes them all.

import { type ClientHttp2Session, type ClientHttp2Stream, connect } from "node:http2";
import { once } from "node:events";
import { answerTo, openCall } from "../support/raw-grpc.node.ts";
import type { LoadOrder, LoadResult } from "./load-process.node.ts";
import { type SampleCall, sampleCall } from "./sample-calls.node.ts";

interface OpenCall extends SampleCall {
  readonly stream: ClientHttp2Stream;
}

async function openAll({ url, connections, streams, firstCall }: LoadOrder): Promise<OpenCall[]> {
  const perConnection = Array.from({ length: connections }, async (_, connection) => {
    const session = connect(url);
    await once(session, "connect");
    const calls = Array.from({ length: streams }, (__, stream) => {
      const call = sampleCall(firstCall + connection * streams + stream);
      return { ...call, stream: openCall(session, call.path) };
    });
    for (const { stream, request } of calls) stream.write(request.subarray(0, middleOf(request)));
    await pong(session);
    return calls;
  });
  return (await Promise.all(perConnection)).flat();
}

const middleOf = (request: Buffer): number => Math.floor(request.byteLength / 2);

/** Resolves when the server has seen all that was sent before. */
async function pong(session: ClientHttp2Session): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    session.ping((error) => (error === null ? resolve() : reject(error)));
  });
}

async function complete(calls: readonly OpenCall[]): Promise<LoadResult> {
  const failures: string[] = [];
  await Promise.all(
    calls.map(async ({ path, request, answer, stream }) => {
      stream.end(request.subarray(middleOf(request)));
      const { status, message, resetCode, body } = await answerTo(stream);
      if (status === 0 && body.equals(answer)) return;
      failures.push(`${path}: status ${status} ${message}, reset ${resetCode}`);
    }),
  );
  return { completed: calls.length - failures.length, failures: failures.slice(0, 10) };
}

const [order] = (await once(process, "message")) as [LoadOrder];
const calls = await openAll(order);
process.send?.("open");
await once(process, "message");
process.send?.(await complete(calls));
process.disconnect?.();
