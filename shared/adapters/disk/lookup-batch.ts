import { type Key, noKey } from "./key.ts";

/** Look-ups that are made together. */
export const LOOKUPS = 32;

/** Memory for look-ups that are made together: keys, and where their records are. */
export class LookupBatch {
  readonly keys: readonly Key[] = Array.from({ length: LOOKUPS }, () => noKey());
  readonly slots: Int32Array = new Int32Array(LOOKUPS);
}
