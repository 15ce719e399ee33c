import { collect } from "../../bytes/collect.ts";
import { verified } from "../../bytes/verified.ts";
import { type BlobName, type Digest, digestKey } from "../../digest/digest.ts";
import type { Compressor } from "../../digest/resource-name.ts";
import type {
  BatchEntry,
  BlobSource,
  BlobStore,
  BlobTrouble,
  ByteRange,
  WholeBlob,
} from "../blob-store.ts";
import { blobScopeOf, type Call } from "../call.ts";
import { getEach } from "../get-each.ts";
import { putEach } from "../put-each.ts";
import { blobWrite, CommittedUploads } from "./committed-uploads.ts";
import { ConfirmedLookUp } from "./confirmed-look-up.ts";
import type { IndexedParts } from "./indexed-parts.ts";
import { RowContents } from "./row-contents.ts";
import { blobKey } from "./row-key.ts";

/** Blobs in an index and an object store: the index alone says what is there. */
export class IndexedBlobStore implements BlobStore {
  readonly maxBlobBytes: number;
  readonly #parts: IndexedParts;
  readonly #lookUp: ConfirmedLookUp;
  readonly #contents: RowContents;
  readonly #uploads: CommittedUploads;

  constructor(parts: IndexedParts) {
    this.#parts = parts;
    this.#lookUp = new ConfirmedLookUp(parts.index, parts.clock, parts.policy);
    this.#contents = new RowContents(parts, this.#lookUp);
    this.#uploads = new CommittedUploads(parts, this.#lookUp);
    this.maxBlobBytes = this.#uploads.maxBytes;
  }

  async findMissing(digests: readonly Digest[], call: Call): Promise<readonly Digest[]> {
    const keyOf = (digest: Digest) => blobKey(digest, blobScopeOf(call));
    const keys = [...new Set(digests.map(keyOf))];
    const rows = await this.#lookUp.find(keys, { contents: false }, call.signal);
    const missing = new Map<string, Digest>();
    for (const digest of digests) {
      if (rows.get(keyOf(digest))?.sizeBytes === digest.sizeBytes) continue;
      missing.set(digestKey(digest), digest);
    }
    return [...missing.values()];
  }

  async get(name: BlobName, range: ByteRange, call: Call): Promise<BlobSource | undefined> {
    const wanted = { key: blobKey(name, blobScopeOf(call)), sizeBytes: name.sizeBytes };
    const askedMs = this.#parts.clock.now();
    const source = (await this.#contents.open(wanted, range, call.signal))?.source;
    try {
      // The lease has to serve from now, however long the bucket took.
      if (source !== undefined) this.#lookUp.checkInTime(askedMs);
    } catch (error) {
      await source?.[Symbol.asyncDispose]();
      throw error;
    }
    return source;
  }

  async getBatch(
    digests: readonly Digest[],
    call: Call,
    accepted?: Compressor,
  ): Promise<readonly BatchEntry[]> {
    return await getEach(this, digests, call, accepted);
  }

  async put(digest: Digest, body: AsyncIterable<Uint8Array>, call: Call): Promise<void> {
    call.signal.throwIfAborted();
    this.#uploads.checkSize(digest);
    const write = blobWrite(digest, blobScopeOf(call));
    if (digest.sizeBytes > this.#uploads.maxInlineBytes) {
      await this.#uploads.inObject(write, digest, body, call.signal);
      return;
    }
    const bytes = verified(digest, body, this.#parts.hashers, call.signal);
    await this.#uploads.inRow(write, await collect(bytes, digest.sizeBytes), call.signal);
  }

  async putBatch(
    blobs: readonly WholeBlob[],
    call: Call,
  ): Promise<readonly (BlobTrouble | undefined)[]> {
    return await putEach(this, blobs, call);
  }
}
