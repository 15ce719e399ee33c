import type { MessageInitShape } from "@bufbuild/protobuf";
import type { WriteRequestSchema } from "../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import type { Blob } from "./blobs.ts";
import type { Clients } from "./check.ts";
import { concat } from "../support/bytes.ts";
import { rulesOf } from "./function-rules.ts";
import { drain, outcome } from "./outcome.ts";

type WriteInit = MessageInitShape<typeof WriteRequestSchema>;

type Named = Pick<Blob, "digest" | "digestFunction">;

/** What names a blob, as ByteStream has it. */
function segmentsOf({ digest, digestFunction }: Named): string {
  const { isNamed, token } = rulesOf(digestFunction);
  return `${isNamed ? `${token}/` : ""}${digest.hash}/${digest.sizeBytes}`;
}

/** A path below an instance, whose name may be empty. */
export function below(instanceName: string, path: string): string {
  return instanceName === "" ? path : `${instanceName}/${path}`;
}

export function readName(instanceName: string, blob: Named): string {
  return below(instanceName, `blobs/${segmentsOf(blob)}`);
}

export function writeName(
  instanceName: string,
  blob: Named,
  uuid: string = crypto.randomUUID(),
): string {
  return below(instanceName, `uploads/${uuid}/blobs/${segmentsOf(blob)}`);
}

/** The same for bytes that go out compressed by zstd. */
export function compressedReadName(instanceName: string, blob: Named): string {
  return below(instanceName, `compressed-blobs/zstd/${segmentsOf(blob)}`);
}

/** The same for an upload whose bytes come compressed by zstd. */
export function compressedWriteName(instanceName: string, blob: Named): string {
  const path = `compressed-blobs/zstd/${segmentsOf(blob)}`;
  return below(instanceName, `uploads/${crypto.randomUUID()}/${path}`);
}

/** The messages of a correct upload, the first of them at `offset`; `data` is what follows there. */
export function* uploadOf(
  resourceName: string,
  { data }: Pick<Blob, "data">,
  messageBytes = 65_536,
  offset = 0n,
): Generator<WriteInit & { data: Uint8Array }, void, undefined> {
  let at = 0;
  do {
    const end = Math.min(at + messageBytes, data.byteLength);
    yield {
      resourceName: at === 0 ? resourceName : "",
      writeOffset: offset + BigInt(at),
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

/** Goes on with an upload where the server says. The committed size. */
export async function writeRest(
  clients: Pick<Clients, "byteStream">,
  resourceName: string,
  { data }: Pick<Blob, "data">,
): Promise<bigint> {
  const offset = await committedSoFar(clients, resourceName);
  const rest = { data: data.subarray(Number(offset)) };
  return await write(clients, uploadOf(resourceName, rest, 65_536, offset));
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

/** How much the server says it has of an upload: nothing, where it does not tell. */
export async function committedSoFar(
  { byteStream }: Pick<Clients, "byteStream">,
  resourceName: string,
): Promise<bigint> {
  const status = byteStream.queryWriteStatus({ resourceName });
  return (await outcome(status)) === "Unimplemented" ? 0n : (await status).committedSize;
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
