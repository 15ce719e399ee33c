import { type Blob, blobOf, upload } from "../conformance/blobs.ts";
import { type Clients, clientsOn } from "../conformance/check.ts";
import { get, put } from "../conformance/http.node.ts";
import { entryOutcome, outcome } from "../conformance/outcome.ts";
import { read, readName, writeBlob } from "../conformance/streams.ts";
import type { Connection, Target } from "../conformance/target.ts";
import { bytesOf } from "../support/bytes.ts";

/** How requests end: the names of gRPC codes, and HTTP statuses. */
export type Outcomes = readonly (string | number)[];

/** Above and below what a row holds. */
const large = blobOf(bytesOf(5000));
const small = blobOf(bytesOf(50));
const actionDigest = blobOf(bytesOf(60)).digest;
const actionResult = { outputFiles: [{ path: "o", digest: large.digest }] };

/** Every way of reading and writing, with blobs in the bucket and in the table. */
export class EveryRequest {
  readonly #where: { readonly target: Target; readonly instanceName: string };
  readonly #clients: Clients;
  #written = 0;

  constructor(target: Target, connection: Connection, instanceName: string) {
    this.#where = { target, instanceName };
    this.#clients = clientsOn(connection);
  }

  /** Stores what is to be read. */
  async prepare(): Promise<void> {
    const { instanceName } = this.#where;
    await upload(this.#clients, instanceName, large, small);
    await this.#clients.actions.updateActionResult({ instanceName, actionDigest, actionResult });
  }

  /** Those that find what they want, or put it, in the bucket. */
  async ofBucket(): Promise<Outcomes> {
    const { byteStream } = this.#clients;
    const { instanceName } = this.#where;
    const written = this.#fresh(5000);
    return await Promise.all([
      this.downloaded(),
      this.uploaded(),
      outcome(read({ byteStream }, readName(instanceName, large))),
      outcome(writeBlob(this.#clients, instanceName, this.#fresh(5000))),
      get(this.#where, "cas", large.digest).then(({ status }) => status),
      put(this.#where, "cas", written.digest, written.data).then(({ status }) => status),
    ]);
  }

  /** Those that have to do with the table alone. */
  async ofTable(): Promise<Outcomes> {
    const { cas, actions } = this.#clients;
    const { instanceName } = this.#where;
    return await Promise.all([
      this.downloaded(small),
      this.uploaded(50),
      outcome(cas.findMissingBlobs({ instanceName, blobDigests: [large.digest] })),
      outcome(actions.getActionResult({ instanceName, actionDigest })),
      outcome(actions.updateActionResult({ instanceName, actionDigest, actionResult })),
      get(this.#where, "ac", actionDigest).then(({ status }) => status),
    ]);
  }

  /** How the only entry of a batch of downloads ends. */
  async downloaded(blob: Blob = large): Promise<string> {
    const { instanceName } = this.#where;
    const digests = [blob.digest];
    return await entryOrCall(this.#clients.cas.batchReadBlobs({ instanceName, digests }));
  }

  /** How the only entry of a batch of uploads ends. */
  async uploaded(sizeBytes = 5000): Promise<string> {
    const { instanceName } = this.#where;
    const { digest, data } = this.#fresh(sizeBytes);
    const requests = [{ digest, data }];
    return await entryOrCall(this.#clients.cas.batchUpdateBlobs({ instanceName, requests }));
  }

  #fresh(sizeBytes: number): Blob {
    this.#written += 1;
    return blobOf(bytesOf(sizeBytes, 100 + this.#written));
  }
}

interface Entries {
  readonly responses: readonly Parameters<typeof entryOutcome>[0][];
}

/** How the entry of a batch ends, or the call if it does not come to that. */
async function entryOrCall(call: Promise<Entries>): Promise<string> {
  let entries: Entries | undefined;
  const ended = await outcome(call.then((answer) => (entries = answer)));
  return entries === undefined ? ended : entries.responses.map(entryOutcome).join();
}
