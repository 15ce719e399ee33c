import type { Compressor } from "../../../shared/digest/resource-name.ts";
import { digestFunctions, type DigestFunction } from "../../../shared/digest/digest-function.ts";
import { nodeHashers } from "../../../shared/digest/hashers.node.ts";
import type { DigestFunction_Value } from "../../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import type { DigestInit } from "../../conformance/blobs.ts";
import { below } from "../../conformance/streams.ts";

/** A blob that clients may upload, and all that can be said of it. */
export interface KnownBlob {
  /** For traces. */
  readonly label: string;
  readonly function: DigestFunction;
  readonly digestFunction: DigestFunction_Value;
  readonly digest: DigestInit;
  readonly data: Uint8Array;
  /** Blobs that make it, one after another. */
  readonly parts: readonly KnownBlob[];
  /** Blobs without which it is of no use: the files of a Tree. */
  readonly needs: readonly KnownBlob[];
}

/** A blob in an instance: what is there in one is not there in another, unless that is beneath it, as none of these is. */
export interface Place {
  readonly instanceName: string;
  readonly blob: KnownBlob;
}

interface Beside {
  readonly function?: DigestFunction;
  readonly parts?: readonly KnownBlob[];
  readonly needs?: readonly KnownBlob[];
}

export async function knownBlob(
  label: string,
  data: Uint8Array,
  { function: name = "sha256", parts = [], needs = [] }: Beside = {},
): Promise<KnownBlob> {
  const hasher = nodeHashers.create(name, data.byteLength);
  hasher.update(data);
  const digest = { hash: await hasher.finish(), sizeBytes: BigInt(data.byteLength) };
  const digestFunction = digestFunctions[name].value;
  return { label, function: name, digestFunction, digest, data, parts, needs };
}

export function readNameOf({ instanceName, blob }: Place, compressor: Compressor): string {
  return below(instanceName, blobPath(blob, compressor));
}

/** What tells uploads apart. */
export interface UploadIdentity {
  readonly place: Place;
  readonly compressor: Compressor;
  readonly uuid: string;
}

export function writeNameOf({ place, compressor, uuid }: UploadIdentity): string {
  const { instanceName, blob } = place;
  return below(instanceName, `uploads/${uuid}/${blobPath(blob, compressor)}`);
}

function blobPath({ function: name, digest }: KnownBlob, compressor: Compressor): string {
  const keyword = compressor === "identity" ? "blobs" : `compressed-blobs/${compressor}`;
  const named = digestFunctions[name].named ? `${name}/` : "";
  return `${keyword}/${named}${digest.hash}/${digest.sizeBytes}`;
}

/** What tells places apart. */
export function keyOf(place: Place): string {
  return readNameOf(place, "identity");
}

export function inWords({ instanceName, blob }: Place): string {
  return `${blob.label} in ${JSON.stringify(instanceName)}`;
}
