import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { type HttpAnswer, STORED } from "../../../conformance/http.node.ts";
import { below } from "../../../conformance/streams.ts";
import { KIB, MIB } from "../../../support/bytes.ts";
import {
  absentDigest,
  expectBytes,
  makeUp,
  type MadeUpBlob,
  withData,
} from "../made-up-blob.node.ts";
import { Trouble } from "../trouble.ts";
import { broken, ofOneBlob, uploaded, type Visit, type Work } from "./visit.node.ts";

/** A slow reader takes a pause of this length after each piece that it gets, for so many pieces. */
const PAUSE_MS = 50;
const SLOW_PIECES = 60;

/** The HTTP cache, by clients that behave and others. */
export const httpWork: readonly Work[] = [
  {
    name: "PUT of a blob",
    weight: 4,
    uploads: true,
    run: async (visit) => await put(visit, (data) => data),
  },
  {
    name: "PUT of a blob, zstd",
    weight: 2,
    uploads: true,
    run: async (visit) =>
      await put(visit, (data) => zstdCompressSync(data), { "content-encoding": "zstd" }),
  },
  {
    name: "GET of a blob",
    weight: 8,
    run: async (visit) =>
      await ofOne(visit, async (blob, path) => {
        const { body } = expectFound(visit, blob, await visit.way.http({ path }));
        expectBytes(body, blob);
      }),
  },
  {
    name: "GET of a blob, zstd",
    weight: 4,
    run: async (visit) =>
      await ofOne(visit, async (blob, path) => {
        const answer = await visit.way.http({ path, headers: { "accept-encoding": "zstd" } });
        const { body, headers } = expectFound(visit, blob, answer);
        const isEncoded = headers["content-encoding"] === "zstd";
        expectBytes(isEncoded ? zstdDecompressSync(body) : body, blob);
      }),
  },
  {
    name: "HEAD of a blob",
    weight: 4,
    run: async (visit) =>
      await ofOne(visit, async (blob, path) => {
        expectFound(visit, blob, await visit.way.http({ method: "HEAD", path }));
      }),
  },
  {
    name: "GET of nothing",
    weight: 2,
    run: async ({ way, random, order }) => {
      const kind = random.pick(["ac", "cas"]);
      const path = pathOf(order.instanceName, kind, absentDigest(random).hash);
      const { status } = await way.http({ path });
      if (status !== 404) throw new Error(`answered ${status}`);
    },
  },
  {
    name: "PUT of a blob, broken off",
    weight: 1,
    uploads: true,
    run: async (visit) => {
      const blob = makeUp(visit.random, 100 * KIB, visit.order.mostBlobBytes);
      const { data, digest } = withData(blob);
      const headers = { "content-length": data.byteLength };
      const sent = start(visit, { method: "PUT", hash: digest.hash, headers });
      const half = data.byteLength / 2;
      await new Promise((resolve) => sent.write(data.subarray(0, half), resolve));
      sent.destroy();
      visit.uploads.take(half);
    },
  },
  {
    name: "GET of a blob, broken off",
    weight: 2,
    run: async (visit) =>
      await ofOne(visit, async (blob) => {
        const answer = await answerTo(start(visit, { method: "GET", hash: blob.digest.hash }));
        answer.destroy();
      }),
  },
  {
    name: "GET of a blob, by a slow reader",
    weight: 1,
    run: async (visit) =>
      await ofOne(visit, async (blob) => {
        const answer = await answerTo(start(visit, { method: "GET", hash: blob.digest.hash }));
        const pieces: Uint8Array[] = [];
        for await (const piece of answer as AsyncIterable<Uint8Array>) {
          pieces.push(piece);
          if (pieces.length < SLOW_PIECES) await sleep(PAUSE_MS);
        }
        if (answer.statusCode === 404) broken(visit, blob);
        if (answer.statusCode !== 200) throw new Error(`answered ${answer.statusCode}`);
        expectBytes(Buffer.concat(pieces), blob);
      }),
  },
];

async function put(
  visit: Visit,
  encode: (data: Uint8Array) => Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const blob = makeUp(visit.random, 1, Math.min(visit.order.mostBlobBytes, 4 * MIB));
  const { data, digest } = withData(blob);
  const sinceMs = Date.now();
  const { status } = await visit.way.http({
    method: "PUT",
    path: pathOf(visit.order.instanceName, "cas", digest.hash),
    headers: { ...headers, "x-digest-sizebytes": String(digest.sizeBytes) },
    body: encode(data),
  });
  if (status === 507) throw new Trouble("no room", "PUT answered 507");
  if (!STORED.includes(status)) throw new Error(`answered ${status}`);
  uploaded(visit, [blob], sinceMs);
}

async function ofOne(
  visit: Visit,
  run: (blob: MadeUpBlob, path: string) => Promise<void>,
): Promise<void> {
  await ofOneBlob(visit, async (blob) => {
    await run(blob, pathOf(visit.order.instanceName, "cas", blob.digest.hash));
  });
}

function expectFound(visit: Visit, blob: MadeUpBlob, answer: HttpAnswer): HttpAnswer {
  const { status, body } = answer;
  if (status === 404) broken(visit, blob);
  if (status !== 200) throw new Error(`answered ${status}`);
  visit.tally.downloaded(body.byteLength);
  return answer;
}

interface Start {
  readonly method: string;
  readonly hash: string;
  readonly headers?: Readonly<Record<string, string | number>>;
}

/** A request on a connection of its own, which may end in any way. */
function start({ way, order }: Visit, { method, hash, headers = {} }: Start): ClientRequest {
  const url = new URL(pathOf(order.instanceName, "cas", hash), order.url);
  const all = { ...way.target.headers, ...headers };
  const sent = request(url, { method, headers: all, agent: false });
  sent.on("error", () => sent.destroy());
  return sent;
}

async function answerTo(sent: ClientRequest): Promise<IncomingMessage> {
  sent.end();
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  answer.on("error", () => answer.destroy());
  return answer;
}

function pathOf(instanceName: string, kind: string, hash: string): string {
  return `/${below(instanceName, `${kind}/${hash}`)}`;
}
