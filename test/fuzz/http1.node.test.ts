import { afterAll, beforeAll, describe, it } from "vitest";
import { randomBlob } from "../conformance/blobs.ts";
import { type Hayloft, startHayloft } from "../support/hayloft.node.ts";
import { attack } from "./campaign.node.ts";
import { exchange } from "./exchange.node.ts";
import { expectMissing } from "./health.node.ts";
import { mutate } from "./mutate.node.ts";
import { canary, otherBytes } from "./sessions.node.ts";

let hayloft: Hayloft;
beforeAll(async () => {
  hayloft = await startHayloft({ args: ["--store", "memory", "--size", "64MiB"] });
});
afterAll(async () => {
  await hayloft.stop();
});

/** For answers that must come, and connections that then stay open. */
const PATIENCE_MS = 500;

const { hash } = canary.digest;
const size = otherBytes.byteLength;
const HOST = "Host: localhost";

function http1(lines: readonly string[], body: Uint8Array | string = ""): Buffer {
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), Buffer.from(body)]);
}

/** A PUT of the canary; every body below has other bytes than its. */
function put(headers: readonly string[], body: Uint8Array | string = otherBytes): Buffer {
  return http1([`PUT /cas/${hash} HTTP/1.1`, HOST, ...headers], body);
}

function get(path: string, ...headers: readonly string[]): Buffer {
  return http1([`GET ${path} HTTP/1.1`, HOST, ...headers]);
}

const smuggled = put([`Content-Length: ${size}`]);

/** Each with the statuses that it is answered with, in order. */
const requests: Readonly<Record<string, readonly [request: Buffer, statuses: readonly number[]]>> =
  {
    "no HTTP at all": [Buffer.from("hello there, cache\r\n\r\n"), [400]],
    "a method that does not exist": [http1([`STORE /cas/${hash} HTTP/1.1`, HOST]), [400]],
    "a method that is not for caches": [http1([`DELETE /cas/${hash} HTTP/1.1`, HOST]), [405]],
    "an unknown version": [http1([`GET /cas/${hash} HTTP/7.3`, HOST]), [400]],
    "no host": [http1([`GET /cas/${hash} HTTP/1.1`]), [400]],
    "wrong bytes": [put([`Content-Length: ${size}`]), [400]],
    "two lengths": [put([`Content-Length: ${size}`, `Content-Length: ${size + 1}`]), [400]],
    "a negative length": [put(["Content-Length: -1"]), [400]],
    "a length that is no number": [put(["Content-Length: 0x10"]), [400]],
    "a length beyond every number": [put([`Content-Length: ${"9".repeat(40)}`]), [400]],
    "a length beyond the store": [put([`Content-Length: ${10 ** 12}`]), [413]],
    "no length": [put([], ""), [411]],
    "a length and chunks": [put([`Content-Length: ${size}`, "Transfer-Encoding: chunked"]), [400]],
    "chunks without sizes": [put(["Transfer-Encoding: chunked"], "hello\r\n"), [400]],
    "chunks of a huge size": [put(["Transfer-Encoding: chunked"], "fffffffffffffffff\r\n"), [400]],
    "chunks in an unknown coding": [put(["Transfer-Encoding: rot13, chunked"], "0\r\n\r\n"), [400]],
    "chunks that are not the last coding": [
      put(["Transfer-Encoding: chunked, gzip"], "0\r\n\r\n"),
      [400],
    ],
    "a folded header": [put([`Content-Length: ${size}`, "X-Folded: one", " two"]), [400]],
    "a space before the colon": [put([`Content-Length : ${size}`]), [400]],
    "a bare line feed": [Buffer.from(`GET /cas/${hash} HTTP/1.1\nHost: localhost\n\n`), [400]],
    "a header without end": [get("/", `X-Long: ${"x".repeat(66_000)}`), [431]],
    "an unknown content coding": [put([`Content-Length: ${size}`, "Content-Encoding: zip"]), [415]],
    "an expectation that nobody has": [put([`Content-Length: ${size}`, "Expect: wonders"]), [417]],
    "a tunnel": [http1(["CONNECT cache:80 HTTP/1.1", HOST]), []],
    "an upgrade": [get("/", "Connection: Upgrade", "Upgrade: websocket"), [200]],
    "a request inside a body": [
      http1(
        [`GET /cas/${hash} HTTP/1.1`, HOST, `Content-Length: ${smuggled.byteLength}`],
        smuggled,
      ),
      [404],
    ],
    "a request behind a body of no chunks": [
      put(["Transfer-Encoding: chunked"], Buffer.concat([Buffer.from("0\r\n\r\n"), smuggled])),
      [400, 400],
    ],
  };

const paths: Readonly<Record<string, number>> = {
  "/nowhere": 404,
  "/cas/": 400,
  "/cas/abc": 400,
  [`/cas/${hash.toUpperCase()}`]: 400,
  [`/cas/${hash}0`]: 400,
  [`/cas/${hash}/`]: 404,
  [`/../cas/${hash}`]: 400,
  [`/%2e%2e/cas/${hash}`]: 400,
  [`/a%2fb/cas/${hash}`]: 400,
  [`/%zz/cas/${hash}`]: 400,
  [`/blobs/cas/${hash}`]: 400,
  [`/md5/cas/${"0".repeat(32)}`]: 404,
  [`/cas/${"0".repeat(33)}`]: 400,
  [`/gitsha1/cas/${hash}`]: 400,
  [`/${"x".repeat(5000)}/cas/${hash}`]: 400,
};

async function statusesOf(request: Buffer, patienceMs?: number): Promise<number[]> {
  const answer = await exchange(hayloft.address, request, patienceMs);
  return Array.from(answer.toString("latin1").matchAll(/HTTP\/1\.1 (\d{3}) /g), ([, status]) =>
    Number(status),
  );
}

describe("requests that are not quite HTTP/1.1", () => {
  for (const [name, [request, statuses]] of Object.entries(requests)) {
    it(`are refused: ${name}`, async ({ expect }) => {
      expect(await statusesOf(request, PATIENCE_MS)).toEqual(statuses);
      await expectMissing(hayloft, expect, canary);
    });
  }

  for (const [path, status] of Object.entries(paths)) {
    it(`are refused: ${path.slice(0, 60)}`, async ({ expect }) => {
      expect(await statusesOf(get(path, "Connection: close"), PATIENCE_MS)).toEqual([status]);
    });
  }

  it("change nothing, whatever they are", async ({ expect }) => {
    const own = randomBlob(500);
    const samples = [
      put([`Content-Length: ${size}`]),
      put(["Transfer-Encoding: chunked"], `10\r\n${"x".repeat(16)}\r\n0\r\n\r\n`),
      http1([`PUT /team/ac/${hash} HTTP/1.1`, HOST, "Content-Length: 500"], own.data),
      get(`/cas/${hash}`, "Accept: application/json", "Connection: keep-alive"),
      http1([`HEAD /blake3/ac/${hash} HTTP/1.1`, HOST]),
    ] as const;
    await attack(hayloft, expect, {
      runs: 2000,
      run: async (random) => {
        const statuses = await statusesOf(mutate(random.pick(samples), random));
        expect(statuses.filter((status) => status >= 500)).toEqual([]);
      },
    });
    await expectMissing(hayloft, expect, canary);
  });
});
