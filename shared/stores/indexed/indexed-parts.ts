import type { Clock } from "../../clock.ts";
import type { BlobCodec } from "../../compression/blob-codec.ts";
import type { Hashers } from "../../digest/hasher.ts";
import type { Meter } from "../../telemetry/meter.ts";
import type { BlobIndex } from "./blob-index.ts";
import type { LeasePolicy } from "./lease-policy.ts";
import type { ObjectStore } from "./object-store.ts";
import type { FillRandom } from "./upload-id.ts";

/** How objects are encoded at rest. */
export interface Compression {
  /** Also decodes what is kept so, whoever wrote it. */
  readonly codec: BlobCodec;
  /** The share of its bytes that a blob's beginning must lose for the blob to be kept encoded; left out, new ones are kept plain. */
  readonly minSaving?: number;
}

/** Less is not worth that reading a part takes as long as reading all before it. */
const MIN_SAVING = 0.1;

/** Encodes new objects, or leaves them plain, as a deployment has it. */
export function compressionOf(codec: BlobCodec, isOn: boolean): Compression {
  return isOn ? { codec, minSaving: MIN_SAVING } : { codec };
}

/** What an indexed store is made of. */
export interface IndexedParts {
  readonly index: BlobIndex;
  readonly objects: ObjectStore;
  readonly clock: Clock;
  readonly hashers: Hashers;
  readonly fillRandom: FillRandom;
  readonly policy: LeasePolicy;
  readonly compression: Compression;
  /** Counts what sweeps remove; left out, nobody wants to know. */
  readonly meter?: Meter;
}
