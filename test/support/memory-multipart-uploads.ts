import type { ObjectKey } from "../../shared/stores/indexed/object-key.ts";
import type { MultipartUploads, UploadedPart } from "../../shared/stores/indexed/object-store.ts";
import { StoreError } from "../../shared/stores/store-error.ts";

interface Upload {
  readonly key: ObjectKey;
  /** The bytes of each part, by number and etag. */
  readonly parts: Map<string, Uint8Array>;
}

/** Uploads in parts, for the memory object store. Parts may be of any size here, as long as all but the last are of one. */
export class MemoryMultipartUploads implements MultipartUploads {
  readonly maxParts: number = 10_000;
  readonly #keep: (key: ObjectKey, object: Uint8Array) => void;
  readonly #uploads = new Map<string, Upload>();
  #names = 0;

  /** `keep` is given the objects that uploads end in. */
  constructor(keep: (key: ObjectKey, object: Uint8Array) => void) {
    this.#keep = keep;
  }

  async create(key: ObjectKey, signal: AbortSignal): Promise<string> {
    signal.throwIfAborted();
    const uploadId = this.#newName("upload");
    this.#uploads.set(uploadId, { key, parts: new Map() });
    return uploadId;
  }

  // oxlint-disable-next-line max-params -- the port's own.
  async putPart(
    key: ObjectKey,
    uploadId: string,
    number: number,
    bytes: Uint8Array,
    signal: AbortSignal,
  ): Promise<UploadedPart> {
    signal.throwIfAborted();
    if (number < 1 || number > this.maxParts) {
      throw new RangeError(
        `part ${number} of ${key}: parts are numbered from 1 to ${this.maxParts}`,
      );
    }
    const part = { number, etag: this.#newName("part") };
    this.#uploadOf(key, uploadId).parts.set(nameOf(part), bytes.slice());
    return part;
  }

  async complete(
    key: ObjectKey,
    uploadId: string,
    parts: readonly UploadedPart[],
    signal: AbortSignal,
  ): Promise<void> {
    signal.throwIfAborted();
    const upload = this.#uploadOf(key, uploadId);
    const pieces = parts
      .toSorted((one, other) => one.number - other.number)
      .map((part) => {
        const bytes = upload.parts.get(nameOf(part));
        if (bytes === undefined) throw missing(`part ${part.number} of upload ${uploadId}`);
        return bytes;
      });
    const partBytes = pieces[0]?.byteLength ?? 0;
    if (pieces.slice(1, -1).some(({ byteLength }) => byteLength !== partBytes)) {
      throw new RangeError(
        `the parts of ${key} have different sizes; all but the last must be alike`,
      );
    }
    this.#uploads.delete(uploadId);
    this.#keep(key, joined(pieces));
  }

  async abort(_: ObjectKey, uploadId: string): Promise<void> {
    this.#uploads.delete(uploadId);
  }

  #uploadOf(key: ObjectKey, uploadId: string): Upload {
    const upload = this.#uploads.get(uploadId);
    if (upload?.key !== key) throw missing(`upload ${uploadId} of ${key}`);
    return upload;
  }

  #newName(kind: "upload" | "part"): string {
    this.#names += 1;
    return `${kind}-${this.#names}`;
  }
}

function nameOf({ number, etag }: UploadedPart): string {
  return `${number}/${etag}`;
}

function missing(what: string): StoreError {
  return new StoreError("unavailable", `there is no ${what}; begin the upload again`);
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.byteLength;
  }
  return whole;
}
