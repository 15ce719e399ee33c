import type { IncomingHttpHeaders } from "node:http";
import { describe, it, vi } from "vitest";
import { createS3Client } from "../../shared/adapters/aws/aws-clients.node.ts";
import { S3ObjectStore } from "../../shared/adapters/aws/s3-object-store.node.ts";
import { objectOf } from "../contracts/object-store/under-test.ts";
import { bucket, credentials, region } from "../support/aws-engines.node.ts";
import { bodyOf } from "../support/bodies.ts";
import { MIB, readAll } from "../support/bytes.ts";
import { abortableCall, callFor } from "../support/calls.ts";
import { listOf } from "../support/list-of.ts";
import { type Script, ScriptedServer, s3Error } from "../support/scripted-server.node.ts";

const { signal } = callFor();

/** Above what is held in memory to be repeated. */
const STREAMED = 3 * MIB;

const unavailable = { name: "StoreError", code: "unavailable" };

interface UnderTest extends AsyncDisposable {
  readonly objects: S3ObjectStore;
  readonly server: ScriptedServer;
}

async function storeOn(script: Script): Promise<UnderTest> {
  const server = await ScriptedServer.start(script);
  const client = createS3Client({ endpoint: server.url, credentials, region });
  const dispose = async (): Promise<void> => {
    client.destroy();
    await server[Symbol.asyncDispose]();
  };
  return { objects: new S3ObjectStore({ client, bucket }), server, [Symbol.asyncDispose]: dispose };
}

/** A body whose sender falls silent after so many bytes, and what resolves when it is told to stop. */
function stalling(bytes: Uint8Array): {
  readonly body: AsyncIterable<Uint8Array>;
  readonly stopped: Promise<void>;
} {
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
  const sent = bodyOf(bytes);
  const iterator: AsyncIterator<Uint8Array, void> = {
    next: async () => {
      const next = await sent.next();
      return next.done === true ? await new Promise<never>(() => undefined) : next;
    },
    return: async () => {
      stop();
      return { done: true, value: undefined };
    },
  };
  return { body: { [Symbol.asyncIterator]: () => iterator }, stopped };
}

/** Every request, so that trouble with any is seen to be told. */
const requests: readonly {
  readonly action: string;
  readonly make: (objects: S3ObjectStore) => Promise<unknown>;
}[] = [
  {
    action: "s3:PutObject",
    make: async (objects) => {
      const { key, digest, bytes } = await objectOf(100);
      await objects.put(key, digest, bodyOf(bytes), signal);
    },
  },
  {
    action: "s3:PutObject",
    make: async (objects) => {
      const { key, digest, bytes } = await objectOf(STREAMED);
      await objects.put(key, digest, bodyOf(bytes), signal);
    },
  },
  {
    action: "s3:GetObject",
    make: async (objects) => await objects.get((await objectOf(1)).key, { offset: 0 }, signal),
  },
  {
    action: "s3:GetObject",
    make: async (objects) => {
      const { key, digest } = await objectOf(1);
      await objects.inspect(key, digest, signal);
    },
  },
  {
    action: "s3:DeleteObject",
    make: async (objects) => await objects.delete([(await objectOf(1)).key], signal),
  },
  { action: "s3:ListBucket", make: async (objects) => await listOf(objects.list("", signal)) },
  {
    action: "s3:PutObject",
    make: async (objects) => await objects.multipart.create((await objectOf(1)).key, signal),
  },
  {
    action: "s3:PutObject",
    make: async ({ multipart }) =>
      await multipart.putPart((await objectOf(1)).key, "id", 1, new Uint8Array(10), signal),
  },
  {
    action: "s3:PutObject",
    make: async ({ multipart }) =>
      await multipart.complete((await objectOf(1)).key, "id", [{ number: 1, etag: "e" }], signal),
  },
  {
    action: "s3:AbortMultipartUpload",
    make: async ({ multipart }) => await multipart.abort((await objectOf(1)).key, "id"),
  },
];

describe("a bucket that refuses", () => {
  it.for([
    { status: 403, code: "AccessDenied", says: "policy" },
    { status: 400, code: "ExpiredToken", says: "expired" },
    { status: 403, code: "InvalidAccessKeyId", says: "credentials" },
    { status: 403, code: "SignatureDoesNotMatch", says: "credentials" },
    { status: 403, code: "RequestTimeTooSkewed", says: "clock" },
    { status: 404, code: "NoSuchBucket", says: "there is none" },
    { status: 301, code: "PermanentRedirect", says: "region" },
    { status: 405, code: "MethodNotAllowed", says: "MethodNotAllowed it is." },
  ])(
    "is told as such: $code, with the action, the bucket and a remedy",
    async ({ status, code, says }, { expect }) => {
      await using test = await storeOn(s3Error(status, code));
      for (const { action, make } of requests) {
        const failing = make(test.objects);
        await expect(failing).rejects.toMatchObject({ name: "StoreError", code: "denied" });
        await expect(failing).rejects.toThrow(`${action} on bucket "${bucket}"`);
        await expect(failing).rejects.toThrow(code);
        await expect(failing).rejects.toThrow(says);
      }
    },
  );

  it("is told as such where one of many objects cannot be deleted", async ({ expect }) => {
    await using test = await storeOn((request, response) => {
      request.resume();
      response.end(
        "<DeleteResult><Error><Key>k</Key><Code>AccessDenied</Code></Error></DeleteResult>",
      );
    });
    const { key } = await objectOf(1);
    await expect(test.objects.delete([key], signal)).rejects.toMatchObject({ code: "denied" });
  });
});

describe("what S3 insists on, and no engine does", () => {
  it("is deletions with a checksum, and uploads in one piece", async ({ expect }) => {
    const seen: IncomingHttpHeaders[] = [];
    await using test = await storeOn((request, response) => {
      seen.push(request.headers);
      request.resume().once("end", () => response.end("<DeleteResult/>"));
    });
    const { key, digest, bytes } = await objectOf(STREAMED);
    await test.objects.delete([key], signal);
    await test.objects.put(key, digest, bodyOf(bytes), signal);
    await test.objects.put(key, { ...digest, function: "blake3" }, bodyOf(bytes), signal);
    const [deletion, checked, unchecked] = seen;
    expect(deletion).toHaveProperty("x-amz-checksum-crc32");
    for (const headers of [checked, unchecked]) {
      expect(headers).toMatchObject({ "content-length": String(STREAMED) });
      expect(headers).not.toHaveProperty("content-encoding");
      expect(headers).not.toHaveProperty("expect");
    }
    expect(checked?.["x-amz-content-sha256"]).toBe(digest.hash);
    expect(unchecked?.["x-amz-content-sha256"]).toBe("UNSIGNED-PAYLOAD");
    expect(unchecked).not.toHaveProperty("x-amz-checksum-sha256");
  });
});

describe("a caller that asks for what cannot be", () => {
  it("is told that a range begins behind the end, which no bucket is to blame for", async ({
    expect,
  }) => {
    await using test = await storeOn(s3Error(416, "InvalidRange"));
    const { key } = await objectOf(1);
    await expect(test.objects.get(key, { offset: 9 }, signal)).rejects.toThrow(RangeError);
  });
});

describe("a bucket in trouble", () => {
  it("is unavailable, whatever it was asked for", async ({ expect }) => {
    await using test = await storeOn(s3Error(500, "InternalError"));
    for (const { make } of requests) {
      await expect(make(test.objects)).rejects.toMatchObject(unavailable);
    }
  });

  it.for([
    { status: 503, code: "SlowDown", size: 100, attempts: 3 },
    { status: 503, code: "SlowDown", size: STREAMED, attempts: 1 },
    { status: 400, code: "RequestTimeout", size: 100, attempts: 3 },
    { status: 409, code: "OperationAborted", size: 100, attempts: 1 },
    { status: 429, code: "TooManyRequests", size: 100, attempts: 3 },
  ])(
    "is unavailable: $code, to an upload of $size bytes, after $attempts attempts",
    async ({ status, code, size, attempts }, { expect }) => {
      const warn = vi.spyOn(console, "warn");
      await using test = await storeOn(s3Error(status, code));
      const { key, digest, bytes } = await objectOf(size);
      const upload = test.objects.put(key, digest, bodyOf(bytes), signal);
      await expect(upload).rejects.toMatchObject(unavailable);
      expect(test.server.requests).toBe(attempts);
      expect(warn).not.toHaveBeenCalled();
    },
  );

  it("has no room, where a service with S3's API says so", async ({ expect }) => {
    await using test = await storeOn(s3Error(507, "XMinioStorageFull"));
    const { key, digest, bytes } = await objectOf(100);
    const upload = test.objects.put(key, digest, bodyOf(bytes), signal);
    await expect(upload).rejects.toMatchObject({ code: "exhausted" });
  });

  it("takes a small upload again that failed at first", async ({ expect }) => {
    const bodies: Uint8Array[] = [];
    await using test = await storeOn(async (request, response, before) => {
      bodies.push(await readAll(request));
      if (before < 2) s3Error(503, "SlowDown")(request, response, before);
      else response.end();
    });
    const { key, digest, bytes } = await objectOf(1000);
    await test.objects.put(key, digest, bodyOf(bytes), signal);
    expect(bodies).toEqual([bytes, bytes, bytes]);
  });

  it("is unavailable where nobody listens", async ({ expect }) => {
    const test = await storeOn(() => undefined);
    await test.server[Symbol.asyncDispose]();
    const { key } = await objectOf(1);
    const failing = test.objects.get(key, { offset: 0 }, signal);
    await expect(failing).rejects.toMatchObject(unavailable);
    await expect(failing).rejects.toThrow("ECONNREFUSED");
  });
});

describe("connections that break", () => {
  it("makes an upload unavailable, and tells the body to stop", async ({ expect }) => {
    await using test = await storeOn((request) => {
      request.once("data", () => request.socket.resetAndDestroy());
    });
    const { key, digest, bytes } = await objectOf(STREAMED);
    const { body, stopped } = stalling(bytes.subarray(0, MIB));
    await expect(test.objects.put(key, digest, body, signal)).rejects.toMatchObject(unavailable);
    await stopped;
    await test.server.allGone();
  });

  it.for(["AccessDenied", "NoSuchBucket"])(
    "hides no %s that was answered before the whole body was there",
    async (code, { expect }) => {
      for (let times = 0; times < 10; times++) {
        await using test = await storeOn((request, response) => {
          response.writeHead(403, { "content-type": "application/xml", connection: "close" });
          response.end(`<Error><Code>${code}</Code></Error>`, () => request.socket.destroy());
        });
        const { key, digest, bytes } = await objectOf(STREAMED);
        const upload = test.objects.put(key, digest, bodyOf(bytes), signal);
        await expect(upload).rejects.toThrow(code);
        await test.server.allGone();
      }
    },
  );

  it("lets go of a body and a connection when the answer comes too soon", async ({ expect }) => {
    await using test = await storeOn(s3Error(503, "SlowDown"));
    const { key, digest, bytes } = await objectOf(STREAMED);
    const { body, stopped } = stalling(bytes.subarray(0, MIB));
    await expect(test.objects.put(key, digest, body, signal)).rejects.toMatchObject(unavailable);
    await stopped;
    await test.server.allGone();
  });

  it("makes a download unavailable that has begun, not shorter", async ({ expect }) => {
    await using test = await storeOn((_, response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write(Buffer.alloc(600), () => response.destroy());
    });
    const { key } = await objectOf(1);
    const source = await test.objects.get(key, { offset: 0 }, signal);
    expect(source?.sizeBytes).toBe(1000);
    await expect(source && readAll(source)).rejects.toMatchObject(unavailable);
    await test.server.allGone();
  });

  it("is no crash while nobody reads", async ({ expect }) => {
    await using test = await storeOn((_, response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write(Buffer.alloc(600), () => response.destroy());
    });
    const { key } = await objectOf(1);
    const source = await test.objects.get(key, { offset: 0 }, signal);
    await test.server.allGone();
    await expect(source && readAll(source)).rejects.toMatchObject(unavailable);
  });
});

describe("a body that fails after its last byte", () => {
  it("never reaches the bucket whole", async ({ expect }) => {
    let isWhole = false;
    await using test = await storeOn((request, response) => {
      if (request.method === "GET") return response.end();
      return request.resume().once("end", () => (isWhole = true));
    });
    const { key, digest, bytes } = await objectOf(STREAMED);
    async function* body(): AsyncGenerator<Uint8Array> {
      yield* bodyOf(bytes);
      await test.server.begun();
      // As long as these take, what has been sent can arrive.
      for (let times = 0; times < 20; times++) {
        await fetch(test.server.url, { headers: { connection: "close" } });
      }
      throw new Error("the hash is wrong");
    }
    const upload = test.objects.put(key, digest, body(), signal);
    await expect(upload).rejects.toThrow("the hash is wrong");
    await test.server.allGone();
    expect(isWhole).toBe(false);
  });
});

describe("calls that end", () => {
  it.for([100, STREAMED])(
    "leaves no connection of an upload of %i bytes",
    async (size, { expect }) => {
      const { call, reason, abort } = abortableCall();
      await using test = await storeOn((request) => request.resume());
      const { key, digest, bytes } = await objectOf(size);
      const upload = test.objects.put(key, digest, bodyOf(bytes), call.signal);
      const failed = expect(upload).rejects.toBe(reason);
      await test.server.begun();
      abort();
      await failed;
      await test.server.allGone();
    },
  );

  it("leaves no connection of a download, read in part or not at all", async ({ expect }) => {
    await using test = await storeOn((_, response) => {
      response.writeHead(200, { "content-length": String(STREAMED) });
      response.write(Buffer.alloc(MIB));
    });
    const { key } = await objectOf(1);
    for (const begin of [true, false]) {
      const { call, abort } = abortableCall();
      const source = await test.objects.get(key, { offset: 0 }, call.signal);
      const reader = source?.[Symbol.asyncIterator]();
      if (begin) expect((await reader?.next())?.done).toBe(false);
      abort();
      await test.server.allGone();
    }
  });

  it("leaves no connection of a download that is disposed of", async () => {
    await using test = await storeOn((_, response) => {
      response.writeHead(200, { "content-length": String(STREAMED) });
      response.write(Buffer.alloc(MIB));
    });
    const { key } = await objectOf(1);
    const source = await test.objects.get(key, { offset: 0 }, signal);
    await source?.[Symbol.asyncDispose]();
    await test.server.allGone();
  });
});
