import { ENTRY_OVERHEAD_BYTES } from "../../shared/adapters/memory/memory-blob-store.ts";
import { RequestError } from "../../shared/request-error.ts";
import type { UploadOutcome } from "../../shared/services/rival-uploads.ts";
import type { TestBlob } from "./blobs.ts";
import { abortableCall, callFor } from "./calls.ts";
import { ManualBody } from "./manual-body.ts";
import { createResumable, GONE, type ResumableCache, uploadOf } from "./streamed-uploads.ts";
import type { UploadStep } from "./upload-steps.ts";

/** How long an upload waits here, and how many do. */
const bounds = { keepMs: 100, count: 2, bytes: 3000 };

/** An upload that clients may make by several streams. */
interface Upload {
  readonly blob: TestBlob;
  readonly uuid: string;
  /** Where its clients think that it goes on. */
  toldBytes: number;
}

interface Stream {
  readonly upload: Upload;
  readonly from: number;
  readonly body: ManualBody;
  readonly abort: () => void;
  readonly ended: Promise<void>;
  at: number;
}

/** Clients that upload, break off and go on, against the rules for what they may be told. Throws as soon as one is broken. */
export class UploadModel {
  readonly #cache: ResumableCache;
  readonly #uploads: readonly Upload[];
  readonly #streams: Stream[] = [];
  /** Blobs of which a client sent wrong bytes. */
  readonly #spoilt = new Set<string>();
  readonly #broken: string[] = [];

  constructor(blobs: readonly TestBlob[]) {
    this.#cache = createResumable({}, bounds);
    this.#uploads = blobs.flatMap((blob) =>
      ["one", "two"].map((uuid) => ({ blob, uuid, toldBytes: 0 })),
    );
  }

  async take(next: UploadStep): Promise<void> {
    switch (next.kind) {
      case "ask":
        return await this.#ask(this.#upload(next.upload));
      case "open":
      case "restart": {
        const opened = this.#upload(next.upload);
        return void this.#open(opened, next.kind === "open" ? opened.toldBytes : 0);
      }
      case "rival":
        return void this.#rival(this.#upload(next.upload));
      case "send":
      case "sendWrong":
        return this.#send(this.#streams.at(-1 - next.stream), next.bytes, next.kind === "send");
      case "finish":
      case "break":
      case "leave":
        return this.#end(this.#streams.at(-1 - next.stream), next.kind);
      case "wait":
        return this.#cache.clock.advance(next.ms);
      case "turn":
        return await new Promise((resolve) => setTimeout(resolve));
    }
  }

  /** Whether no rule is broken so far: what is kept is bounded, and nothing was told that is not so. */
  check(): void {
    const [count = 0, bytes = 0] = this.#cache.sessions.metrics().map(({ value }) => Number(value));
    if (count > bounds.count || bytes > bounds.bytes) this.#broken.push(`${count} uploads wait`);
    if (this.#broken.length > 0) throw new Error(this.#broken.join("; "));
  }

  /** Every upload can be made to its end, and then nothing is left but the blobs. */
  async close(): Promise<void> {
    for (const open of this.#streams) open.body.fail(GONE);
    for (const { ended } of this.#streams) await ended;
    for (const one of this.#uploads) {
      // What a client has spoilt has to fail first.
      await this.#complete(one);
      if (!(await this.#isPresent(one))) await this.#complete(one);
      if (!(await this.#isPresent(one))) this.#broken.push("an upload cannot be made");
    }
    await this.#cache.sessions[Symbol.asyncDispose]();
    const blobs = new Set(this.#uploads.map(({ blob }) => blob));
    const bytes = [...blobs].map(({ digest }) => digest.sizeBytes + ENTRY_OVERHEAD_BYTES);
    const left = this.#cache.memory.usedBytes - bytes.reduce((sum, size) => sum + size, 0);
    if (left !== 0) this.#broken.push(`${left} bytes were left behind`);
    this.check();
  }

  async #complete(one: Upload): Promise<void> {
    await this.#ask(one);
    const last = this.#open(one, one.toldBytes);
    this.#end(last, "finish");
    await last.ended;
  }

  async #ask(one: Upload): Promise<void> {
    if (!(await this.#isPresent(one))) one.toldBytes = this.#cache.kept(one.blob, one.uuid);
  }

  async #isPresent({ blob }: Upload): Promise<boolean> {
    return await this.#cache.uploads.isPresent(blob.digest, callFor());
  }

  #open(opened: Upload, from: number): Stream {
    const body = new ManualBody();
    const { call, abort } = abortableCall();
    const name = uploadOf(opened.blob, opened.uuid);
    const outcome = this.#cache.uploads.writeFrom(BigInt(from), name, body, call);
    const ended = this.#watchEnd(opened, from, body, outcome);
    const opening = { upload: opened, from, body, abort, ended, at: from };
    this.#streams.push(opening);
    return opening;
  }

  async #rival({ blob: { digest, bytes } }: Upload): Promise<void> {
    const failures = await this.#cache.uploads.writeBatch([{ digest, data: bytes }], callFor());
    if (failures.size > 0) this.#broken.push("a batch failed");
  }

  #send(to: Stream | undefined, count: number, isRight: boolean): void {
    if (to === undefined) return;
    const bytes = to.upload.blob.bytes.slice(to.at, to.at + count);
    if (!isRight && bytes[0] !== undefined) {
      bytes[0] ^= 1;
      this.#spoilt.add(to.upload.blob.digest.hash);
    }
    to.at += bytes.byteLength;
    void to.body.send(bytes);
  }

  #end(ending: Stream | undefined, how: "finish" | "break" | "leave"): void {
    if (ending === undefined) return;
    if (how === "leave") ending.abort();
    if (how === "break") ending.body.fail(GONE);
    if (how !== "finish") return;
    this.#send(ending, ending.upload.blob.bytes.byteLength, true);
    ending.body.end();
  }

  async #watchEnd(
    one: Upload,
    from: number,
    body: ManualBody,
    outcome: Promise<UploadOutcome>,
  ): Promise<void> {
    try {
      const isStored = (await outcome) === "stored";
      if (isStored && !body.isSpent) this.#broken.push("bytes were left unread");
      if (!(await this.#isPresent(one))) this.#broken.push("what was answered is not there");
    } catch (error) {
      this.#expectRight(one, from, error);
    }
  }

  /** A client that does everything right may be told to come back, but never that it was wrong. */
  #expectRight({ blob }: Upload, from: number, error: unknown): void {
    if (!(error instanceof RequestError) || error.code !== "invalid-argument") return;
    if (from > 0 && error.message.startsWith("write_offset")) return;
    if (this.#spoilt.has(blob.digest.hash)) return;
    this.#broken.push(`a client that was right was told: ${error.message}`);
  }

  #upload(index: number): Upload {
    const found = this.#uploads[index % this.#uploads.length];
    if (found === undefined) throw new Error("there are no uploads");
    return found;
  }
}
