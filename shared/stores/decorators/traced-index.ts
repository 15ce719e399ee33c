import { askInSpan } from "../in-span.ts";
import type { BlobIndex } from "../indexed/blob-index.ts";

/** Traces what calls of an indexed store ask of `service`, which has the table. Sweeps are no calls. */
export function tracedIndex(base: BlobIndex, service: string): BlobIndex {
  const named = (name: string) => ({ name: `BlobIndex.${name}`, service });
  return {
    maxRowBytes: base.maxRowBytes,
    lookUp: (keys, how, signal) =>
      askInSpan(signal, named("lookUp"), () => base.lookUp(keys, how, signal)),
    commit: (row, wins, signal) =>
      askInSpan(signal, named("commit"), () => base.commit(row, wins, signal)),
    renew: (rows, untilMs, signal) =>
      askInSpan(signal, named("renew"), () => base.renew(rows, untilMs, signal)),
    remove: (rows, signal) => askInSpan(signal, named("remove"), () => base.remove(rows, signal)),
    expired: (endedBeforeMs, limit, signal) => base.expired(endedBeforeMs, limit, signal),
    leases: (spanMs, signal) => base.leases(spanMs, signal),
  };
}
