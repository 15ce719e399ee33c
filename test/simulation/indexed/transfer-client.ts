import type { Call } from "../../../shared/stores/call.ts";
import type {
  BegunUpload,
  DownloadPlan,
  ExpiringRequest,
  TransferStore,
  UploadPlan,
} from "../../../shared/stores/transfer-store.ts";
import { parseObjectKey, type ObjectKey } from "../../../shared/stores/indexed/object-key.ts";
import { readAll, sameBytes } from "../../support/bytes.ts";
import { runLengthCodec } from "../../support/run-length-codec.ts";
import { type Body, bytesOfBody, drawBody } from "./bodies.ts";
import { drawCall } from "./calls.ts";
import type { FaultyObjects } from "./faulty-objects.ts";
import type { Machine } from "./machine.ts";
import type { KnownBlob } from "./universe.ts";
import type { World } from "./world.ts";

/** An upload whose bytes are in the bucket: it can be committed, by whoever hears of it, as often as they like. */
export interface UploadedBlob {
  readonly blob: KnownBlob;
  readonly begun: BegunUpload;
  readonly etags: readonly string[];
}

/** Transfers of blobs straight to and from the bucket. */
export class TransferClient {
  readonly #world: World;
  readonly #machine: Machine;
  readonly #transfers: TransferStore;
  readonly #objects: FaultyObjects;

  constructor(world: World, machine: Machine) {
    this.#world = world;
    this.#machine = machine;
    this.#transfers = world.cacheOn(machine).transfers;
    this.#objects = world.objectsOn(machine);
  }

  /** Begins to upload all of them, and goes on with what comes of it. */
  async upload(blobs: readonly KnownBlob[]): Promise<void> {
    const digests = blobs.map(({ digest }) => digest);
    const plans = await this.#transfers.beginUploads(digests, this.#call());
    const present = blobs.filter((_, index) => plans[index]?.way === "present");
    for (const { key } of present) this.#world.relyOn(key, this.#machine);
    for (const [index, blob] of blobs.entries()) {
      const plan = plans[index];
      if (plan === undefined || plan.way === "present" || plan.way === "in-message") continue;
      const begun = { digest: blob.digest, token: plan.token };
      const etags = await this.#send(begun, plan, drawBody(blob.bytes, this.#world));
      this.#world.uploaded.push({ blob, begun, etags });
      await this.commit({ blob, begun, etags });
    }
  }

  async commit({ blob, begun, etags }: UploadedBlob): Promise<void> {
    await this.#transfers.commitUpload(begun, etags, this.#call());
    this.#world.relyOn(blob.key, this.#machine);
  }

  /** Says that the bytes are another blob's: that must not be believed, and must do no harm. */
  async lie({ blob, begun, etags }: UploadedBlob): Promise<void> {
    const digest = { ...blob.digest, sizeBytes: blob.digest.sizeBytes + 1 };
    await this.#transfers.commitUpload({ ...begun, digest }, etags, this.#call());
    this.#world.broken(`${blob.key} was committed with another size`);
  }

  async download(blob: KnownBlob): Promise<void> {
    const { leases, time, random, policy } = this.#world;
    const owedUntilMs = leases.owedUntilMs(blob.key);
    const acceptsZstd = random.chance(0.5);
    const accepted = acceptsZstd ? (["zstd"] as const) : [];
    const [plan] = await this.#transfers.beginDownloads([blob.digest], accepted, this.#call());
    if (plan === undefined || plan.way === "absent") {
      if (owedUntilMs >= time.nowMs) this.#world.broken(`${blob.key} is said to be absent`);
      return;
    }
    this.#world.relyOn(blob.key, this.#machine);
    if (plan.way === "spliced") return;
    const endsMs = time.nowMs + policy.leaseMs;
    await this.#machine.sleep(random.below(policy.leaseMs));
    // ByteStream gives what cannot be decoded here.
    if (plan.way === "compressed" && !acceptsZstd) return;
    const bytes = await this.#bytesOf(plan, blob, acceptsZstd);
    if (bytes === undefined && time.nowMs > endsMs) return;
    if (bytes === undefined || !sameBytes(bytes, blob.bytes)) {
      this.#world.broken(`${blob.key} cannot be downloaded`);
    }
  }

  async #bytesOf(
    plan: DownloadPlan,
    { key: blobKey, bytes }: KnownBlob,
    acceptsZstd: boolean,
  ): Promise<Uint8Array | undefined> {
    if (plan.way === "data") return plan.data;
    if (plan.way !== "request") return undefined;
    const key = keyOf(plan.request);
    const source = await this.#objects.get(key, { offset: 0 }, this.#call().signal);
    if (source === undefined) return undefined;
    const isPlain = plan.compressor === "identity";
    if (!isPlain && !acceptsZstd) this.#world.broken(`${blobKey} is given compressed`);
    return await readAll(isPlain ? source : runLengthCodec.decode(source, bytes.byteLength));
  }

  /** Sends the bytes to where the plan says. The etags of the parts. */
  async #send(
    begun: BegunUpload,
    plan: Extract<UploadPlan, { readonly token: string }>,
    body: Body,
  ): Promise<readonly string[]> {
    const { signal } = this.#call();
    const bytes = bytesOfBody(body, this.#machine);
    if (plan.way === "request") {
      await this.#objects.put(keyOf(plan.request), begun.digest, bytes, signal);
      return [];
    }
    const [request] = await this.#transfers.presignParts(begun, 1, 1, this.#call());
    if (request === undefined) throw new Error("a part has no request");
    const uploadId = request.headers["upload-id"] ?? "";
    const part = await readAll(bytes);
    const key = keyOf(request);
    const { etag } = await this.#objects.multipart.putPart(key, uploadId, 1, part, signal);
    return [etag];
  }

  #call(): Call {
    return drawCall(this.#world, this.#machine);
  }
}

function keyOf({ url }: ExpiringRequest): ObjectKey {
  const key = parseObjectKey(url)?.objectKey;
  if (key === undefined) throw new Error(`${url} is no object`);
  return key;
}
