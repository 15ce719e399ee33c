import { create } from "@bufbuild/protobuf";
import { type Client, Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import {
  ActionCache,
  ActionResultSchema,
  ContentAddressableStorage,
} from "../../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { ByteStream } from "../../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import { concat } from "../../support/bytes.ts";
import type { NamedBlob } from "./blobs.node.ts";

const PIECE = 100_000;

function digestOf({ hash, bytes }: NamedBlob): { hash: string; sizeBytes: bigint } {
  return { hash, sizeBytes: BigInt(bytes.byteLength) };
}

function actionDigest(index: number): { hash: string; sizeBytes: bigint } {
  return { hash: index.toString(16).padStart(64, "a"), sizeBytes: 10n };
}

/** A client of one life of a server, over HTTP and gRPC. Every method throws when the server is gone. */
export class CacheClient implements Disposable {
  readonly #url: string;
  readonly #sessions: Http2SessionManager;
  readonly #bytes: Client<typeof ByteStream>;
  readonly #storage: Client<typeof ContentAddressableStorage>;
  readonly #actions: Client<typeof ActionCache>;

  constructor(url: string) {
    this.#url = url;
    this.#sessions = new Http2SessionManager(url);
    const transport = createGrpcTransport({ baseUrl: url, sessionManager: this.#sessions });
    this.#bytes = createClient(ByteStream, transport);
    this.#storage = createClient(ContentAddressableStorage, transport);
    this.#actions = createClient(ActionCache, transport);
  }

  async httpPut({ hash, bytes }: NamedBlob): Promise<void> {
    const response = await fetch(`${this.#url}/cas/${hash}`, { method: "PUT", body: bytes });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`PUT is ${response.status}: ${text}`);
  }

  async httpGet({ hash }: NamedBlob): Promise<Uint8Array | undefined> {
    const response = await fetch(`${this.#url}/cas/${hash}`);
    const body = await response.bytes();
    if (response.status === 404) return undefined;
    if (response.status !== 200) throw new Error(`GET is ${response.status}`);
    return body;
  }

  async write({ hash, bytes }: NamedBlob): Promise<void> {
    const resourceName = `uploads/${crypto.randomUUID()}/blobs/${hash}/${bytes.byteLength}`;
    await this.#bytes.write(
      (async function* () {
        for (let at = 0; at < bytes.byteLength; at += PIECE) {
          const data = bytes.subarray(at, at + PIECE);
          const finishWrite = at + data.byteLength === bytes.byteLength;
          yield { resourceName, writeOffset: BigInt(at), data, finishWrite };
        }
      })(),
    );
  }

  async read({ hash, bytes }: NamedBlob): Promise<Uint8Array | undefined> {
    const resourceName = `blobs/${hash}/${bytes.byteLength}`;
    const messages = this.#bytes.read({ resourceName });
    return await missIfNotFound(async () =>
      concat(await Array.fromAsync(messages, ({ data }) => data)),
    );
  }

  async batchWrite(blobs: readonly NamedBlob[]): Promise<void> {
    const { responses } = await this.#storage.batchUpdateBlobs({
      requests: blobs.map((blob) => ({ digest: digestOf(blob), data: blob.bytes })),
    });
    const failed = responses.find(({ status }) => (status?.code ?? 0) !== 0);
    if (failed !== undefined) throw new Error(`BatchUpdateBlobs: ${failed.status?.message}`);
  }

  /** The hashes of those that are missing. */
  async findMissing(blobs: readonly NamedBlob[]): Promise<ReadonlySet<string>> {
    const blobDigests = blobs.map(digestOf);
    const { missingBlobDigests } = await this.#storage.findMissingBlobs({ blobDigests });
    return new Set(missingBlobDigests.map(({ hash }) => hash));
  }

  async putAction(index: number, version: number): Promise<void> {
    const actionResult = create(ActionResultSchema, {
      exitCode: version,
      stdoutRaw: new Uint8Array(version % 1000).fill(version),
    });
    await this.#actions.updateActionResult({ actionDigest: actionDigest(index), actionResult });
  }

  /** The version that is found, 0 for none. */
  async getAction(index: number): Promise<number> {
    const result = await missIfNotFound(
      async () => await this.#actions.getActionResult({ actionDigest: actionDigest(index) }),
    );
    if (result === undefined) return 0;
    const { exitCode: version, stdoutRaw } = result;
    const isWhole = stdoutRaw.byteLength === version % 1000;
    if (!isWhole || stdoutRaw.some((byte) => byte !== version % 256)) {
      throw new Error(`action ${index} is wrong`);
    }
    return version;
  }

  [Symbol.dispose](): void {
    this.#sessions.abort();
  }
}

async function missIfNotFound<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof ConnectError && error.code === Code.NotFound) return undefined;
    throw error;
  }
}
