import { once } from "node:events";
import { type ClientHttp2Stream, constants } from "node:http2";
import { describe, it } from "vitest";
import { ContentAddressableStorage } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import {
  ByteStream,
  ReadRequestSchema,
} from "../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import {
  ServerReflection,
  ServerReflectionRequestSchema,
} from "../../shared/proto/gen/grpc/reflection/v1/reflection_pb.ts";
import { type Blob, largeBlob } from "../conformance/blobs.ts";
import { type Clients, clientsOn } from "../conformance/check.ts";
import { OpenWrite, readName, uploadOf, writeBlob, writeName } from "../conformance/streams.ts";
import { createTarget } from "../conformance/target.node.ts";
import { KIB, MIB } from "../support/bytes.ts";
import { connected } from "../support/dial.node.ts";
import { type Hayloft, startHayloft } from "../support/hayloft.node.ts";
import { residentBytes } from "../support/process-status.node.ts";
import { encode, envelope, open, openCall, pathOf } from "../support/raw-grpc.node.ts";

const CLIENTS = 50;
const blob = largeBlob(64 * MIB);

async function holding(hayloft: Hayloft, held: Blob): Promise<void> {
  using connection = createTarget({ baseUrl: hayloft.url, protocol: "grpc" }).connect();
  await writeBlob(clientsOn(connection), "", held);
}

/** How much the server has grown since `before`, in MiB. */
async function growthMib({ pid }: Hayloft, before: number): Promise<number> {
  const { now } = await residentBytes(pid);
  return Math.round((now - before) / MIB);
}

/** Waits until the server has done whatever it can do without its clients. */
async function idle(hayloft: Hayloft): Promise<void> {
  using connection = createTarget({ baseUrl: hayloft.url, protocol: "grpc" }).connect();
  const { capabilities } = clientsOn(connection);
  for (let turn = 0; turn < 50; turn++) await capabilities.getCapabilities({});
}

describe("the server waits for slow clients without growing", () => {
  it("that do not read on, over ByteStream", async ({ annotate, expect }) => {
    await using hayloft = await startHayloft({ args: ["--store", "memory", "--size", "256MiB"] });
    await holding(hayloft, blob);
    const { now: before } = await residentBytes(hayloft.pid);
    const session = open(hayloft.url);
    const stalled = Array.from({ length: CLIENTS }, async () => {
      const stream = openCall(session, pathOf(ByteStream.method.read));
      stream.end(envelope(encode(ReadRequestSchema, { resourceName: readName("", blob) })));
      await once(stream, "response");
    });
    await Promise.all(stalled);
    await idle(hayloft);
    const grown = await growthMib(hayloft, before);
    await annotate(`${CLIENTS} stalled readers of ${blob.data.byteLength / MIB} MiB: ${grown} MiB`);
    expect(grown).toBeLessThan(100);
    session.destroy();
  });

  it("that do not read on, over HTTP", async ({ annotate, expect }) => {
    await using hayloft = await startHayloft({ args: ["--store", "memory", "--size", "256MiB"] });
    await holding(hayloft, blob);
    const { now: before } = await residentBytes(hayloft.pid);
    const sockets = await Promise.all(
      Array.from({ length: CLIENTS }, async () => {
        const socket = await connected(hayloft.address);
        socket.write(`GET /cas/${blob.digest.hash} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
        await once(socket, "readable");
        return socket;
      }),
    );
    await idle(hayloft);
    const grown = await growthMib(hayloft, before);
    await annotate(`${CLIENTS} stalled readers of ${blob.data.byteLength / MIB} MiB: ${grown} MiB`);
    expect(grown).toBeLessThan(100);
    for (const socket of sockets) socket.destroy();
  });

  it("that stop in the middle of an upload", async ({ annotate, expect }) => {
    await using hayloft = await startHayloft({ args: ["--store", "memory", "--size", "256MiB"] });
    using connection = createTarget({ baseUrl: hayloft.url, protocol: "grpc" }).connect();
    const clients = clientsOn(connection);
    await clients.capabilities.getCapabilities({});
    const { now: before } = await residentBytes(hayloft.pid);
    const uploads = Array.from({ length: CLIENTS }, () => stalledUpload(clients));
    await idle(hayloft);
    const grown = await growthMib(hayloft, before);
    await annotate(`${CLIENTS} uploads that stopped after 1 MiB: ${grown} MiB`);
    // The store has the MiB that each of them sent.
    expect(grown).toBeLessThan(CLIENTS + 200);
    for (const upload of uploads) upload.cancel();
  });

  it("and makes them wait where it waits itself", async ({ annotate, expect }) => {
    await using hayloft = await startHayloft();
    const session = open(hayloft.url);
    // The one call that waits for its client to read before it reads on: its answers are larger than its questions.
    const stream = openCall(session, pathOf(ServerReflection.method.serverReflectionInfo));
    const question = envelope(
      encode(ServerReflectionRequestSchema, {
        messageRequest: { case: "fileContainingSymbol", value: ContentAddressableStorage.typeName },
      }),
    );
    const taken = await takenUntilStalled(stream, question);
    await annotate(`the server took ${Math.round(taken / KIB)} KiB of questions`);
    expect(taken).toBeLessThan(4 * MIB);
    stream.close(constants.NGHTTP2_CANCEL);
    session.destroy();
  });
});

function stalledUpload(clients: Clients): OpenWrite {
  const upload = new OpenWrite(clients);
  const own = largeBlob(8 * MIB);
  const messages = [...uploadOf(writeName("", own), own, 256 * KIB)];
  upload.send(...messages.slice(0, 4));
  return upload;
}

/** Writes until a write stays unsent for a second. The bytes that were sent. */
async function takenUntilStalled(stream: ClientHttp2Stream, message: Buffer): Promise<number> {
  let taken = 0;
  for (;;) {
    const sent = new Promise<true>((resolve) => stream.write(message, () => resolve(true)));
    const stalled = new Promise<false>((resolve) => setTimeout(() => resolve(false), 1000));
    if (!(await Promise.race([sent, stalled]))) return taken;
    taken += message.byteLength;
  }
}
