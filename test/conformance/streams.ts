import type { MessageInitShape } from "@bufbuild/protobuf";
import type { WriteRequestSchema } from "../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import { type Blob, BLAKE3 } from "./blobs.ts";
import type { Clients } from "./check.ts";
import { concat } from "../support/bytes.ts";
import { drain } from "./outcome.ts";

type WriteInit = MessageInitShape<typeof WriteRequestSchema>;

/** `blobs/…` of a blob, as ByteStream names it below an instance. */
function blobPath({ digest, digestFunction }: Pick<Blob, "digest" | "digestFunction">): string {
  const named = digestFunction === BLAKE3 ? "blake3/" : "";
  return `blobs/${named}${digest.hash}/${digest.sizeBytes}`;
}

function below(instanceName: string, path: string): string {
  return instanceName === "" ? path : `${instanceName}/${path}`;
}

type Named = Pick<Blob, "digest" | "digestFunction">;

export function readName(instanceName: string, blob: Named): string {
  return below(instanceName, blobPath(blob));
}

export function writeName(
  instanceName: string,
  blob: Named,
  uuid: string = crypto.randomUUID(),
): string {
  return below(instanceName, `uploads/${uuid}/${blobPath(blob)}`);
}

/** The messages of a correct upload. */
export function* uploadOf(
  resourceName: string,
  { data }: Pick<Blob, "data">,
  messageBytes = 65_536,
): Generator<WriteInit & { data: Uint8Array }, void, undefined> {
  let at = 0;
  do {
    const end = Math.min(at + messageBytes, data.byteLength);
    yield {
      resourceName: at === 0 ? resourceName : "",
      writeOffset: BigInt(at),
      finishWrite: end === data.byteLength,
      data: data.subarray(at, end),
    };
    at = end;
  } while (at < data.byteLength);
}

/** Sends `messages` as one upload, then ends the stream. The committed size. */
export async function write(
  { byteStream }: Pick<Clients, "byteStream">,
  messages: Iterable<WriteInit> | AsyncIterable<WriteInit>,
): Promise<bigint> {
  const { committedSize } = await byteStream.write(asAsync(messages));
  return committedSize;
}

/** Uploads the blob as it should be. The committed size. */
export async function writeBlob(
  clients: Pick<Clients, "byteStream">,
  instanceName: string,
  blob: Blob,
): Promise<bigint> {
  return await write(clients, uploadOf(writeName(instanceName, blob), blob));
}

export interface Range {
  readonly readOffset?: bigint;
  readonly readLimit?: bigint;
}

/** The bytes of a ByteStream.Read. */
export async function read(
  { byteStream }: Pick<Clients, "byteStream">,
  resourceName: string,
  range: Range = {},
): Promise<Uint8Array> {
  const messages = await drain(byteStream.read({ resourceName, ...range }));
  return concat(messages.map(({ data }) => data));
}

async function* asAsync<T>(
  messages: Iterable<T> | AsyncIterable<T>,
): AsyncGenerator<T, void, undefined> {
  yield* messages;
}

/** An upload that is sent message by message, and may be left unfinished. */
export class OpenWrite {
  readonly committedSize: Promise<bigint>;
  readonly #queue: WriteInit[] = [];
  readonly #abort = new AbortController();
  #ended = false;
  #wake: () => void = () => undefined;

  constructor({ byteStream }: Pick<Clients, "byteStream">, headers: Record<string, string> = {}) {
    this.committedSize = byteStream
      .write(this.#messages(), { signal: this.#abort.signal, headers })
      .then(({ committedSize }) => committedSize);
    // A test may not care how an upload ends that it broke off.
    this.committedSize.catch(() => undefined);
  }

  send(...messages: readonly WriteInit[]): void {
    this.#queue.push(...messages);
    this.#wake();
  }

  /** Half-closes the stream. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** Resets the stream. */
  cancel(): void {
    this.#abort.abort();
    this.end();
  }

  async *#messages(): AsyncGenerator<WriteInit, void, undefined> {
    for (;;) {
      const next = this.#queue.shift();
      if (next !== undefined) yield next;
      else if (this.#ended) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
