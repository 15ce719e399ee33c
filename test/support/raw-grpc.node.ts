import { type ClientHttp2Session, type ClientHttp2Stream, connect } from "node:http2";
import {
  type DescMessage,
  type DescMethod,
  create,
  type MessageInitShape,
  toBinary,
} from "@bufbuild/protobuf";

/** gRPC by hand over HTTP/2, for tests that need to stop, stall or lie at any byte. */
export function open(url: string): ClientHttp2Session {
  // Node's count of a session's memory includes all that a test has not sent yet.
  const session = connect(url, { maxSessionMemory: 4000 });
  // Tests break connections on purpose, and servers may.
  session.on("error", () => session.destroy());
  return session;
}

/** The length and flags that stand in front of a message. */
export function envelope(message: Uint8Array, flags = 0): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt8(flags);
  header.writeUInt32BE(message.byteLength, 1);
  return Buffer.concat([header, message]);
}

export function encode<Desc extends DescMessage>(
  desc: Desc,
  init: MessageInitShape<Desc>,
): Uint8Array {
  return toBinary(desc, create(desc, init));
}

export function pathOf(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`;
}

/** Opens a call; what is sent on it is up to the caller. */
export function openCall(
  session: ClientHttp2Session,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): ClientHttp2Stream {
  const stream = session.request({
    ":method": "POST",
    ":path": path,
    "content-type": "application/grpc",
    te: "trailers",
    ...headers,
  });
  stream.on("error", () => undefined);
  return stream;
}

/** How a call ended. */
export interface RawAnswer {
  readonly httpStatus: number | undefined;
  /** `grpc-status`; `undefined` where the call ended without one. */
  readonly status: number | undefined;
  readonly message: string;
  /** The code of a stream that was reset, 0 where it was not. */
  readonly resetCode: number;
  /** All bytes of the body, with their envelopes. */
  readonly body: Buffer;
}

/** Waits for a call to be answered, or to end in another way. */
export async function answerTo(stream: ClientHttp2Stream): Promise<RawAnswer> {
  const chunks: Buffer[] = [];
  let headers: Record<string, unknown> = {};
  stream.on("response", (found) => (headers = { ...headers, ...found }));
  stream.on("trailers", (found) => (headers = { ...headers, ...found }));
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  // An answer may come long before all is sent, and only then is a stream closed.
  await new Promise<void>((resolve) => stream.once("end", resolve).once("close", resolve));
  const { ":status": httpStatus, "grpc-status": status, "grpc-message": message } = headers;
  return {
    httpStatus: typeof httpStatus === "number" ? httpStatus : undefined,
    status: typeof status === "string" ? Number(status) : undefined,
    message: typeof message === "string" ? decodeURIComponent(message) : "",
    resetCode: stream.rstCode,
    body: Buffer.concat(chunks),
  };
}
