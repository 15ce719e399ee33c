import { createClient } from "@connectrpc/connect";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { ByteStream } from "../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import type { BlobSummary } from "./generated-blob.node.ts";

/** Uploads and downloads by ByteStream over native gRPC, at the server's pace. */
export class ByteStreamClient implements Disposable {
  readonly #session: Http2SessionManager;
  readonly #client: ReturnType<typeof createClient<typeof ByteStream>>;
  readonly #prefix: string;

  /** `prefix` is the instance name with a slash behind it, or empty. */
  constructor(baseUrl: string, prefix = "") {
    this.#session = new Http2SessionManager(baseUrl);
    const transport = createGrpcTransport({ baseUrl, sessionManager: this.#session });
    this.#client = createClient(ByteStream, transport);
    this.#prefix = prefix;
  }

  /** Sends `pieces` as the blob that the first argument names. The committed size. */
  async write({ hash, sizeBytes }: BlobSummary, pieces: Iterable<Uint8Array>): Promise<number> {
    const uuid = crypto.randomUUID();
    const resourceName = `${this.#prefix}uploads/${uuid}/blobs/${hash}/${sizeBytes}`;
    const { committedSize } = await this.#client.write(messagesOf(resourceName, pieces));
    return Number(committedSize);
  }

  async *read({ hash, sizeBytes }: BlobSummary): AsyncGenerator<Uint8Array, void, undefined> {
    const resourceName = `${this.#prefix}blobs/${hash}/${sizeBytes}`;
    for await (const { data } of this.#client.read({ resourceName })) yield data;
  }

  [Symbol.dispose](): void {
    this.#session.abort();
  }
}

interface Message {
  readonly resourceName: string;
  readonly writeOffset: bigint;
  readonly data: Uint8Array;
  readonly finishWrite: boolean;
}

async function* messagesOf(
  resourceName: string,
  pieces: Iterable<Uint8Array>,
): AsyncGenerator<Message, void, undefined> {
  let offset = 0;
  for (const data of pieces) {
    yield { resourceName, writeOffset: BigInt(offset), data, finishWrite: false };
    offset += data.byteLength;
  }
  yield {
    resourceName,
    writeOffset: BigInt(offset),
    data: new Uint8Array(),
    finishWrite: true,
  };
}
