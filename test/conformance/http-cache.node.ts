import { Agent } from "node:http";
import { gunzipSync, inflateSync } from "node:zlib";
import { create, toBinary } from "@bufbuild/protobuf";
import { ActionResultSchema } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { load, store } from "./actions.ts";
import { blobOf, emptyBlob, isPresent, largeBlob, randomBlob, upload } from "./blobs.ts";
import { check } from "./check.ts";
import { cachePath, get, http, put, putBlob, STORED } from "./http.node.ts";
import { instance } from "./instance.ts";
import { everyFunction, oversize } from "./offer.ts";
import { outcome } from "./outcome.ts";
import { sameBytes } from "../support/bytes.ts";
import { below, read, readName } from "./streams.ts";
import { textBlob, unzstd } from "./zstd.node.ts";

/** An ActionResult that is no other's, encoded. */
function actionResult(...outputs: readonly { digest: { hash: string; sizeBytes: bigint } }[]): {
  readonly bytes: Uint8Array;
  readonly worker: string;
} {
  const worker = crypto.randomUUID();
  const outputFiles = outputs.map(({ digest }, index) => ({ path: `f${index}`, digest }));
  const result = create(ActionResultSchema, { outputFiles, executionMetadata: { worker } });
  return { bytes: toBinary(ActionResultSchema, result), worker };
}

const paths = [
  check("20.1", "any prefix of ac and cas names an instance", async (f) => {
    for (const name of ["", f.instanceName, `${f.instanceName}/more/segments`]) {
      const own = { ...f, instanceName: instance(f, name) };
      const blob = randomBlob();
      f.expect(STORED).toContain((await putBlob(own, blob)).status);
      f.expect(await isPresent(own, own.instanceName, blob)).toBe(true);
    }
  }),

  check("20.2", "a hit is 200 with the bytes, a miss is 404", async (f) => {
    const [blob, action] = [randomBlob(), randomBlob()];
    f.expect((await get(f, "cas", blob.digest)).status).toBe(404);
    f.expect((await get(f, "ac", action.digest)).status).toBe(404);
    await putBlob(f, blob);
    const hit = await get(f, "cas", blob.digest);
    f.expect(hit.status).toBe(200);
    f.expect(hit.body).toEqual(blob.data);
    const { bytes } = actionResult(blob);
    await put(f, "ac", action.digest, bytes);
    const result = await get(f, "ac", action.digest);
    f.expect(result.status).toBe(200);
    f.expect(result.body).toEqual(bytes);
  }),

  check("20.3", "every answer is HTTP/1.1 and tells where it ends", async (f) => {
    const blob = randomBlob();
    await putBlob(f, blob);
    for (const digest of [blob.digest, randomBlob().digest, { hash: "zz", sizeBytes: 0n }]) {
      const { httpVersion, headers } = await get(f, "cas", digest);
      f.expect(httpVersion).toBe("1.1");
      const framed = headers["content-length"] ?? headers["transfer-encoding"];
      f.expect(framed).toBeDefined();
    }
  }),

  check("20.21", "the health pages shadow no instance", async (f) => {
    for (const name of ["/", "/status", "/healthz", "/readyz"]) {
      f.expect((await http(f, { path: name })).status).toBeLessThan(500);
    }
    const blob = randomBlob();
    const own = { ...f, instanceName: instance(f, "status") };
    f.expect(STORED).toContain((await putBlob(own, blob)).status);
    f.expect((await get(own, "cas", blob.digest)).body).toEqual(blob.data);
  }),
];

/** What a client makes of a body. */
function decoded(body: Uint8Array, encoding: string): Uint8Array {
  switch (encoding) {
    case "zstd":
      return unzstd(body);
    case "gzip":
      return gunzipSync(body);
    case "deflate":
      return inflateSync(body);
    default:
      return body;
  }
}

const blobs = [
  check("20.4", "a PUT is answered shortly", async (f) => {
    const action = randomBlob();
    for (const answer of [
      await putBlob(f, largeBlob(100_000)),
      await put(f, "ac", action.digest, actionResult().bytes),
      await put(f, "cas", randomBlob().digest, new Uint8Array(50_000)),
    ]) {
      f.expect(answer.body.byteLength).toBeLessThan(10_240);
    }
  }),

  check("20.5", "a blob is verified, kept for RPCs too, and may come twice", async (f) => {
    const blob = randomBlob(1_000_000);
    for (const wrong of [randomBlob(1_000_000).data, blob.data.subarray(1), new Uint8Array()]) {
      f.expect((await put(f, "cas", blob.digest, wrong)).status).toBeGreaterThanOrEqual(400);
      f.expect(await isPresent(f, f.instanceName, blob)).toBe(false);
    }
    f.expect(STORED).toContain((await putBlob(f, blob)).status);
    f.expect((await read(f, readName(f.instanceName, blob))).byteLength).toBe(1_000_000);
    f.expect(STORED).toContain((await putBlob(f, blob)).status);
    await put(f, "cas", blob.digest, randomBlob(1_000_000).data);
    f.expect((await read(f, readName(f.instanceName, blob))).byteLength).toBe(1_000_000);
    f.expect((await get(f, "cas", blob.digest)).body).toEqual(blob.data);
  }),

  check("20.8", "a hash's length tells its function, unless the path names one", async (f) => {
    const every = await everyFunction(f);
    for (const { value, token, digits, isNamed } of every) {
      // Larger than the blobs that SHA256TREE and SHA-256 agree on.
      const blob = randomBlob(2000, value);
      const path = isNamed
        ? `/${below(f.instanceName, `${token}/cas/${blob.digest.hash}`)}`
        : cachePath(f, "cas", blob.digest);
      const wrong = randomBlob(2000).data;
      f.expect((await http(f, { method: "PUT", path, body: wrong })).status, token).toBe(400);
      f.expect(await isPresent(f, f.instanceName, blob), token).toBe(false);
      const { status } = await http(f, { method: "PUT", path, body: blob.data });
      f.expect(STORED, token).toContain(status);
      f.expect(await isPresent(f, f.instanceName, blob), token).toBe(true);
      f.expect((await http(f, { path })).body, token).toEqual(blob.data);
      if (!isNamed) continue;
      const hasTwin = every.some((other) => !other.isNamed && other.digits === digits);
      f.expect((await get(f, "cas", blob.digest)).status, token).toBe(hasTwin ? 404 : 400);
      f.expect((await putBlob(f, blob)).status, token).toBe(400);
    }
  }),

  check("20.9", "the empty blob is always there", async (f) => {
    const { status, headers, body } = await get(f, "cas", emptyBlob.digest);
    f.expect(status).toBe(200);
    if (!f.partly) f.expect(headers["content-length"]).toBe("0");
    f.expect(body).toEqual(new Uint8Array());
    f.expect(STORED).toContain((await putBlob(f, emptyBlob)).status);
    for (const { value, token, isNamed } of await everyFunction(f)) {
      const { hash } = blobOf(new Uint8Array(), value).digest;
      const path = `/${below(f.instanceName, `${isNamed ? `${token}/` : ""}cas/${hash}`)}`;
      f.expect((await http(f, { path })).status, token).toBe(200);
    }
  }),

  check("20.13", "a body is compressed only as both sides say", async (f) => {
    const blob = textBlob(100_000);
    await putBlob(f, blob);
    for (const [accepts, mayBe] of [
      ["gzip, deflate, snappy, zstd", ["identity", "zstd", "gzip", "deflate"]],
      ["gzip;q=0.5, ZSTD;q=1.0", ["identity", "zstd", "gzip"]],
      ["zstd;q=0, gzip;q=0", ["identity"]],
      ["identity, zstd;q=0.5", ["identity"]],
      ["", ["identity"]],
    ] as const) {
      const asked = { "accept-encoding": accepts };
      const { headers, body } = await get(f, "cas", blob.digest, asked);
      const encoding = headers["content-encoding"] ?? "identity";
      f.expect(mayBe, accepts).toContain(encoding);
      f.expect(sameBytes(decoded(body, encoding), blob.data), accepts).toBe(true);
      if (encoding === "identity") continue;
      f.expect(headers["content-length"], accepts).not.toBe("100000");
      f.expect(headers.vary?.toLowerCase(), accepts).toContain("accept-encoding");
      const path = cachePath(f, "cas", blob.digest);
      const head = await http(f, { method: "HEAD", path, headers: asked });
      f.expect(head.headers["content-encoding"]).toBe(encoding);
      f.expect(head.headers["content-length"]).not.toBe("100000");
    }
  }),

  check("20.14", "a range is honoured or ignored, and never wrong", async (f) => {
    const blob = randomBlob();
    await putBlob(f, blob);
    const { status, body } = await get(f, "cas", blob.digest, { range: "bytes=10-19" });
    const expected = new Map([
      [200, blob.data],
      [206, blob.data.slice(10, 20)],
    ]);
    f.expect(body).toEqual(expected.get(status));
  }),
];

const results = [
  check("20.6", "a result is parsed, and not held against its name", async (f) => {
    const action = randomBlob();
    const { bytes, worker } = actionResult();
    f.expect(STORED).toContain((await put(f, "ac", action.digest, bytes)).status);
    f.expect((await load(f, action.digest)).executionMetadata?.worker).toBe(worker);
    const garbage = Uint8Array.of(0xff, 0xff, 0xff, ...randomBlob().data);
    f.expect((await put(f, "ac", randomBlob().digest, garbage)).status).toBe(400);
  }),

  check("20.7", "results are one with the RPCs', and complete", async (f) => {
    const blob = randomBlob();
    const { bytes } = actionResult(blob);
    const action = randomBlob();
    f.expect(STORED).toContain((await put(f, "ac", action.digest, bytes)).status);
    f.expect((await get(f, "ac", action.digest)).status).toBe(404);
    f.expect(await outcome(load(f, action.digest))).toBe("NotFound");
    await upload(f, f.instanceName, blob);
    f.expect((await get(f, "ac", action.digest)).body).toEqual(bytes);
    f.expect(await outcome(load(f, action.digest))).toBe("OK");
    const byRpc = await store(f, { exitCode: 3 });
    f.expect((await get(f, "ac", byRpc)).status).toBe(200);
  }),

  check("20.17", "the calls of one action, in Bazel's order", async (f) => {
    const action = randomBlob();
    const outputs = Array.from({ length: 30 }, () => randomBlob(10_000));
    f.expect((await get(f, "ac", action.digest)).status).toBe(404);
    for (let round = 0; round < 2; round += 1) {
      const answers = await Promise.all(outputs.map(async (blob) => await putBlob(f, blob)));
      for (const { status } of answers) f.expect(STORED).toContain(status);
    }
    const { bytes } = actionResult(...outputs);
    f.expect(STORED).toContain((await put(f, "ac", action.digest, bytes)).status);
    f.expect((await get(f, "ac", action.digest)).body).toEqual(bytes);
  }),
];

const requests = [
  check("20.10", "HEAD tells the length, other methods are not allowed", async (f) => {
    const blob = randomBlob();
    await putBlob(f, blob);
    const present = cachePath(f, "cas", blob.digest);
    const head = await http(f, { method: "HEAD", path: present });
    f.expect(head.status).toBe(200);
    if (!f.partly) f.expect(head.headers["content-length"]).toBe("100");
    const absent = cachePath(f, "cas", randomBlob().digest);
    f.expect((await http(f, { method: "HEAD", path: absent })).status).toBe(404);
    for (const method of ["DELETE", "POST", "PATCH", "OPTIONS"]) {
      const { status, headers } = await http(f, { method, path: present, body: blob.data });
      f.expect(status, method).toBe(405);
      f.expect(headers.allow, method).toMatch(/GET.*PUT/);
    }
  }),

  check("20.11", "a connection serves many requests of all kinds", async (f) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const blob = randomBlob(100_000);
    const served = cachePath(f, "cas", blob.digest);
    const steps = [
      { path: served },
      { method: "PUT", path: served, body: blob.data.subarray(1) },
      { method: "PUT", path: served, body: blob.data },
      { method: "PUT", path: served, body: blob.data },
      { path: served },
      { method: "HEAD", path: served },
      { path: cachePath(f, "ac", blob.digest) },
      { path: "/nowhere" },
      { path: served },
    ];
    const found: boolean[] = [];
    for (const [index, step] of steps.entries()) {
      const answer = await http(f, { ...step, agent });
      const closes = answer.headers.connection === "close";
      found.push(answer.status < 400);
      f.expect(closes, `after request ${index}`).toBe(false);
      f.expect(answer.reusedConnection, `request ${index}`).toBe(index > 0);
    }
    agent.destroy();
    f.expect(found).toEqual([false, false, true, true, true, true, false, false, true]);
  }),

  check("20.12", "a PUT may wait for 100 Continue, be chunked, but not be endless", async (f) => {
    const [waiting, chunked, endless] = [randomBlob(), randomBlob(), randomBlob()];
    const expected = await http(f, {
      method: "PUT",
      path: cachePath(f, "cas", waiting.digest),
      body: waiting.data,
      headers: { expect: "100-continue" },
    });
    f.expect(expected.continued).toBe(true);
    f.expect(STORED).toContain(expected.status);
    const { status } = await http(f, {
      method: "PUT",
      path: cachePath(f, "cas", chunked.digest),
      body: chunked.data,
      framing: "chunked",
    });
    f.expect(STORED).toContain(status);
    f.expect(await isPresent(f, f.instanceName, chunked)).toBe(true);
    const lengthless = await http(f, {
      method: "PUT",
      path: cachePath(f, "cas", endless.digest),
      framing: "none",
    });
    f.expect(lengthless.status).toBe(411);
  }),

  check("20.18", "what is wrong with a request is told by its status", async (f) => {
    const { digest, data } = randomBlob();
    const { hash } = digest;
    const misnamed = [hash.slice(1), hash.toUpperCase(), `${hash.slice(1)}g`, "", `${hash}0`];
    for (const name of misnamed) {
      for (const method of ["GET", "PUT"]) {
        const wrong = `/${below(f.instanceName, `cas/${name}`)}`;
        const { status } = await http(f, { method, path: wrong, body: data });
        f.expect(status, `${method} ${wrong}`).toBe(400);
      }
    }
    const wrongBytes = await put(f, "cas", digest, randomBlob().data);
    f.expect(wrongBytes.status, "bytes of another hash").toBe(400);
    const reserved = `/${below(f.instanceName, `blobs/cas/${hash}`)}`;
    f.expect((await http(f, { path: reserved })).status).toBe(400);
    if (f.partly) return;
    const tooLarge = await oversize(f);
    const { status } = await http(f, {
      method: "PUT",
      path: cachePath(f, "cas", digest),
      // Answered before the body, which nobody could send.
      headers: { "content-length": String(tooLarge), expect: "100-continue" },
    });
    f.expect(status).toBe(413);
  }),

  check("20.22", "headers that nobody knows change nothing", async (f) => {
    const blob = randomBlob();
    const headers = { "x-remote-header": "any value, with = and ;" };
    const served = cachePath(f, "cas", blob.digest);
    const stored = await http(f, { method: "PUT", path: served, body: blob.data, headers });
    f.expect(STORED).toContain(stored.status);
    f.expect((await http(f, { path: served, headers })).body).toEqual(blob.data);
  }),
];

export const httpCache = [...paths, ...blobs, ...results, ...requests];
