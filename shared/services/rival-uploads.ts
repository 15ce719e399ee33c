import { type Following, following } from "../following.ts";

/** Whether an upload wrote the blob, or found that it was there or came to be there from elsewhere. */
export type UploadOutcome = "stored" | "present";

/** Why a rival ends. One for all: an error of its own for each would take longer than to hash 16 KiB. */
const isThere = new DOMException("the blob is there", "AbortError");

/** Uploads under way by blob, whoever makes them: the first to end ends the others. */
export class RivalUploads {
  readonly #byBlob = new Map<string, Set<Following>>();

  /** How many blobs are being uploaded. */
  get underWay(): number {
    return this.#byBlob.size;
  }

  /** Makes an upload of `blob`, or resolves "present" as soon as the blob is there from elsewhere. */
  async run(
    blob: string,
    signal: AbortSignal,
    put: (signal: AbortSignal) => Promise<void>,
  ): Promise<UploadOutcome> {
    signal.throwIfAborted();
    const rivals = this.#byBlob.get(blob) ?? new Set();
    this.#byBlob.set(blob, rivals);
    using own = following(signal);
    rivals.add(own);
    try {
      await put(own.signal);
      rivals.delete(own);
      this.end(blob);
      return "stored";
    } catch (error) {
      if (own.signal.aborted && !signal.aborted) return "present";
      throw error;
    } finally {
      rivals.delete(own);
      if (rivals.size === 0 && this.#byBlob.get(blob) === rivals) this.#byBlob.delete(blob);
    }
  }

  /** The blob is there: whoever still uploads it need not go on. */
  end(blob: string): void {
    for (const rival of this.#byBlob.get(blob) ?? []) rival.abort(isThere);
  }
}
