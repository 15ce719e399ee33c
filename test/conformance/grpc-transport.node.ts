import { create, toBinary } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { WriteRequestSchema } from "../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import { largeBlob, randomBlob } from "./blobs.ts";
import { check, clientsOn } from "./check.ts";
import { framed, Http2Connection } from "./http2.node.ts";
import { OpenWrite, uploadOf, writeBlob, writeName } from "./streams.ts";

const CAPABILITIES = "/build.bazel.remote.execution.v2.Capabilities/GetCapabilities";
const EMPTY_MESSAGE = [framed(new Uint8Array())];

const WRITE = "/google.bytestream.ByteStream/Write";

function* framedUpload(
  messages: ReturnType<typeof uploadOf>,
): Generator<Uint8Array, void, undefined> {
  for (const message of messages) {
    yield framed(toBinary(WriteRequestSchema, create(WriteRequestSchema, message)));
  }
}

/** What native gRPC asks of the HTTP/2 below it. */
export const grpcTransport = [
  check("12.10", "an early answer does not stall the connection", async (f) => {
    const blob = largeBlob(8_000_000);
    await writeBlob(f, f.instanceName, blob);
    await using raw = new Http2Connection(f.target);
    for (let round = 0; round < 4; round += 1) {
      // Sent to the end, as a client does that has not looked at the answer yet.
      const messages = uploadOf(writeName(f.instanceName, blob), blob);
      const { trailers } = await raw.call(WRITE, framedUpload(messages));
      f.expect(trailers["grpc-status"]).toBe("0");
    }
    const { trailers } = await raw.call(CAPABILITIES, EMPTY_MESSAGE);
    f.expect(trailers["grpc-status"]).toBe("0");
    f.expect(raw.goAways).toEqual([]);
  }),

  check("22.3", "a connection carries 100 calls at once", async (f) => {
    await using raw = new Http2Connection(f.target);
    const { maxConcurrentStreams = Infinity } = await raw.settings();
    f.expect(maxConcurrentStreams).toBeGreaterThanOrEqual(100);

    using connection = f.target.connect();
    const clients = clientsOn(connection);
    const blobs = Array.from({ length: 100 }, () => randomBlob());
    const open = blobs.map((blob) => {
      const stream = new OpenWrite(clients);
      const [whole] = uploadOf(writeName(f.instanceName, blob), blob);
      stream.send({ ...whole, finishWrite: false });
      return stream;
    });
    // None has ended, and there is room for others.
    for (const stream of open) {
      stream.send({ writeOffset: 100n, finishWrite: true });
      stream.end();
    }
    const sizes = await Promise.all(open.map(async (stream) => await stream.committedSize));
    f.expect(new Set(sizes)).toEqual(new Set([100n]));
  }),

  check("22.4", "pings are answered, even many and without calls", async (f) => {
    await using raw = new Http2Connection(f.target);
    for (let count = 0; count < 30; count += 1) await raw.ping();
    const { trailers } = await raw.call(CAPABILITIES, EMPTY_MESSAGE);
    f.expect(trailers["grpc-status"]).toBe("0");
    f.expect(raw.goAways).toEqual([]);
  }),

  check("22.6", "a stream may send 1 MiB ahead, a connection 4", async (f) => {
    await using raw = new Http2Connection(f.target);
    const { initialWindowSize } = await raw.settings();
    f.expect(initialWindowSize).toBeGreaterThanOrEqual(1024 * 1024);
    // The connection's window is raised by a frame of its own, which the answer to a ping follows.
    await raw.ping();
    f.expect(raw.session.state.remoteWindowSize).toBeGreaterThanOrEqual(4 * 1024 * 1024);
  }),

  check("22.12", "broken messages are errors of the call alone", async (f) => {
    await using raw = new Http2Connection(f.target);
    const compressed = framed(Uint8Array.of(1, 2, 3), { compressed: true });
    const unknown = await raw.call(CAPABILITIES, [compressed], { "grpc-encoding": "snappy" });
    f.expect(unknown.trailers["grpc-status"]).toBe(String(Code.Unimplemented));
    const garbage = await raw.call(CAPABILITIES, [framed(Uint8Array.of(0xff, 0xff, 0xff))]);
    f.expect([Code.InvalidArgument, Code.Internal].map(String)).toContain(
      garbage.trailers["grpc-status"],
    );
    const none = await raw.call(
      "/build.bazel.remote.execution.v2.Execution/Execute",
      EMPTY_MESSAGE,
    );
    f.expect(none.httpStatus).toBe(200);
    f.expect(none.trailers["grpc-status"]).toBe(String(Code.Unimplemented));
    const { trailers } = await raw.call(CAPABILITIES, EMPTY_MESSAGE);
    f.expect(trailers["grpc-status"]).toBe("0");
    f.expect(raw.goAways).toEqual([]);
  }),
];
