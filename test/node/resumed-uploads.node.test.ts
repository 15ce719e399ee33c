import { zstdCompressSync } from "node:zlib";
import { describe, it } from "vitest";
import {
  ByteStream,
  WriteRequestSchema,
} from "../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import { systemClock } from "../../shared/clock.ts";
import { UploadSessions } from "../../shared/services/upload-sessions.ts";
import { blobOf, emptyBlob, isPresent } from "../conformance/blobs.ts";
import { type Clients, clientsOn } from "../conformance/check.ts";
import { outcome } from "../conformance/outcome.ts";
import {
  committedSoFar,
  compressedWriteName,
  OpenWrite,
  uploadOf,
  write,
  writeName,
  writeRest,
} from "../conformance/streams.ts";
import { createTarget } from "../conformance/target.node.ts";
import type { Protocol } from "../conformance/target.ts";
import { bytesOf, KIB, MIB } from "../support/bytes.ts";
import { encode, envelope, open, openCall, pathOf } from "../support/raw-grpc.node.ts";
import { startUploadServer, type UploadServer } from "../support/upload-server.node.ts";

const SIZE = 300 * KIB;
const SENT = 200 * KIB;

async function startResumable(): Promise<UploadServer> {
  return await startUploadServer(new UploadSessions({ clock: systemClock }));
}

function connect(
  { url: baseUrl }: UploadServer,
  protocol: Protocol = "grpc",
): Clients & Disposable {
  const connection = createTarget({ baseUrl, protocol }).connect();
  return { ...clientsOn(connection), [Symbol.dispose]: () => connection[Symbol.dispose]() };
}

/** Messages of an upload, after which its client falls silent. */
async function* silentAfter<T>(messages: Iterable<T>): AsyncGenerator<T, void, undefined> {
  yield* messages;
  await new Promise(() => undefined);
}

type Loss = (server: UploadServer, resourceName: string, data: Uint8Array) => Promise<unknown>;

/** Ways to lose a stream that has brought `data`. */
const losses: Readonly<Record<string, Loss>> = {
  "its client ends it too early": async (server, resourceName, data) => {
    using clients = connect(server);
    await write(clients, [{ resourceName, data }]);
  },
  "its client cancels it": async (server, resourceName, data) => {
    using clients = connect(server);
    const upload = new OpenWrite(clients);
    upload.send({ resourceName, data });
    await waitForBytes(server, resourceName);
    upload.cancel();
    await outcome(upload.committedSize);
  },
  "its deadline passes": async (server, resourceName, data) => {
    using clients = connect(server);
    const messages = silentAfter([{ resourceName, data }]);
    await outcome(clients.byteStream.write(messages, { timeoutMs: 300 }));
  },
  "its connection is lost": async (server, resourceName, data) => {
    const session = open(server.url);
    const stream = openCall(session, pathOf(ByteStream.method.write));
    stream.write(envelope(encode(WriteRequestSchema, { resourceName, data })));
    // Half a message more, for which the server has set memory aside.
    stream.write(Buffer.alloc(100, Uint8Array.of(0, 0, 16, 0, 0)));
    await waitForBytes(server, resourceName);
    session.socket.resetAndDestroy();
  },
};

async function waitForBytes(server: UploadServer, resourceName: string): Promise<void> {
  using clients = connect(server);
  while ((await committedSoFar(clients, resourceName)) === 0n);
}

describe("an upload whose stream is lost", () => {
  for (const [how, lose] of Object.entries(losses)) {
    it(`goes on where it was: ${how}`, async ({ expect }) => {
      await using server = await startResumable();
      const blob = blobOf(bytesOf(SIZE));
      const resourceName = writeName("team", blob);
      await lose(server, resourceName, blob.data.subarray(0, SENT));
      await expect.poll(() => server.budget.heldBytes).toBe(0);
      expect(server.cache.memory.usedBytes).toBeGreaterThan(0);
      for (const protocol of ["grpc", "connect", "grpc-web"] as const) {
        using clients = connect(server, protocol);
        expect(await committedSoFar(clients, resourceName)).toBe(BigInt(SENT));
        expect(await isPresent(clients, "team", blob)).toBe(false);
      }
      using clients = connect(server);
      expect(await writeRest(clients, resourceName, blob)).toBe(BigInt(SIZE));
      expect(await isPresent(clients, "team", blob)).toBe(true);
    });
  }

  it("is not said to be whole before it is: clients would believe it", async ({ expect }) => {
    await using server = await startResumable();
    using clients = connect(server);
    const blob = blobOf(bytesOf(SIZE));
    const resourceName = writeName("", blob);
    const unfinished = [...uploadOf(resourceName, blob)].map((m) => ({ ...m, finishWrite: false }));
    expect(await write(clients, unfinished)).toBe(BigInt(SIZE - 1));
    expect(await clients.byteStream.queryWriteStatus({ resourceName })).toMatchObject({
      committedSize: BigInt(SIZE - 1),
      complete: false,
    });
    expect(await writeRest(clients, resourceName, blob)).toBe(BigInt(SIZE));
  });

  it("ends as aborted when another one goes on with the upload", async ({ expect }) => {
    await using server = await startResumable();
    using clients = connect(server);
    const blob = blobOf(bytesOf(SIZE));
    const resourceName = writeName("", blob);
    const older = new OpenWrite(clients);
    older.send({ resourceName, data: blob.data.subarray(0, SENT) });
    await waitForBytes(server, resourceName);
    expect(await writeRest(clients, resourceName, blob)).toBe(BigInt(SIZE));
    expect(await outcome(older.committedSize)).toBe("Aborted");
  });

  it("starts again at 0 where nothing is kept", async ({ expect }) => {
    await using server = await startUploadServer();
    using clients = connect(server);
    const blob = blobOf(bytesOf(SIZE));
    const resourceName = writeName("", blob);
    const data = blob.data.subarray(0, SENT);
    expect(await write(clients, [{ resourceName, data }])).toBe(0n);
    expect(await committedSoFar(clients, resourceName)).toBe(0n);
    const late = write(clients, uploadOf(resourceName, { data }, SENT, 1n));
    expect(await outcome(late)).toBe("InvalidArgument");
    expect(await writeRest(clients, resourceName, blob)).toBe(BigInt(SIZE));
  });
});

describe("a compressed upload", () => {
  it("goes on behind the bytes that could be made of what came", async ({ expect }) => {
    await using server = await startResumable();
    using clients = connect(server);
    const blob = blobOf(bytesOf(2 * MIB));
    const resourceName = compressedWriteName("", blob);
    const data = zstdCompressSync(blob.data).subarray(0, MIB);
    const kept = await write(clients, [{ resourceName, data }]);
    expect(kept).toBe(await committedSoFar(clients, resourceName));
    expect(kept).toBeGreaterThan(BigInt(MIB / 2));
    const rest = { data: zstdCompressSync(blob.data.subarray(Number(kept))) };
    const committed = await write(clients, uploadOf(resourceName, rest, 16 * KIB, kept));
    expect(committed).toBe(kept + BigInt(rest.data.byteLength));
    expect(await isPresent(clients, "", blob)).toBe(true);
  });

  it("is answered by its compressed bytes, and with -1 where it is there", async ({ expect }) => {
    await using server = await startResumable();
    using clients = connect(server);
    const blob = blobOf(bytesOf(SIZE));
    const upload = (): Promise<bigint> =>
      write(clients, uploadOf(compressedWriteName("", blob), { data }));
    const data = zstdCompressSync(blob.data);
    expect(await upload()).toBe(BigInt(data.byteLength));
    expect(await upload()).toBe(-1n);
    const resourceName = compressedWriteName("", emptyBlob);
    expect(await write(clients, [{ resourceName, finishWrite: true }])).toBe(-1n);
  });
});
