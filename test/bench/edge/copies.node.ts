import { bundle, startWorker } from "../../support/worker.node.ts";
import { type EdgeCall, send, TOKEN } from "./edge-request.node.ts";
import { fillRequests } from "./edge-calls.node.ts";

const COPIED = "/copied";

/** Counts what JavaScript copies from one array of bytes to another. What the runtime copies by itself is not seen. */
const counter = `
export let copied = 0;
const bytes = Object.getPrototypeOf(Uint8Array.prototype);
const { set, slice } = bytes;
bytes.set = function (from, ...at) {
  copied += from.byteLength ?? from.length;
  return set.call(this, from, ...at);
};
bytes.slice = function (...range) {
  const part = slice.apply(this, range);
  copied += part.byteLength;
  return part;
};
const sliceBuffer = ArrayBuffer.prototype.slice;
ArrayBuffer.prototype.slice = function (...range) {
  const part = sliceBuffer.apply(this, range);
  copied += part.byteLength;
  return part;
};
globalThis.Uint8Array = new Proxy(Uint8Array, {
  construct: (target, from) => {
    const made = Reflect.construct(target, from);
    if (typeof from[0] !== "number" && !(from[0] instanceof ArrayBuffer)) copied += made.byteLength;
    return made;
  },
});
`;

const front = `
import { copied } from "./counter.js";
import worker from "./hayloft.js";
export default {
  fetch: (request, env, context) =>
    new URL(request.url).pathname === "${COPIED}"
      ? new Response(String(copied))
      : worker.fetch(request, env, context),
};
`;

/** Bytes that each of the calls copies, in the order of the calls. */
export async function copiesOf(
  calls: readonly EdgeCall[],
  program?: string,
): Promise<readonly number[]> {
  await using worker = await startWorker({ HAYLOFT_TOKEN: TOKEN }, [
    { path: "main.js", contents: front },
    { path: "counter.js", contents: counter },
    { path: "hayloft.js", contents: program ?? (await bundle()) },
  ]);
  const copied = async (): Promise<number> =>
    Number(await (await fetch(`${worker.url}${COPIED}`)).text());
  for (const request of fillRequests()) await send(worker, request);
  const copies: number[] = [];
  for (const { request } of calls) {
    await send(worker, request(0));
    const before = await copied();
    await send(worker, request(1));
    copies.push((await copied()) - before);
  }
  return copies;
}
