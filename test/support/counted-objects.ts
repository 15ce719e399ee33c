import type { MultipartUploads, ObjectStore } from "../../shared/stores/indexed/object-store.ts";

/** What calls of an object store have cost since the last reset. */
interface ObjectCounts {
  /** Calls that had something to ask for, and pages of names. */
  readonly roundTrips: number;
  readonly puts: number;
  readonly gets: number;
  readonly inspections: number;
  /** Objects that were to be deleted, there or not. */
  readonly deletions: number;
  readonly pages: number;
  readonly parts: number;
}

export interface CountedObjects extends ObjectStore {
  readonly counts: ObjectCounts;
  reset(): void;
}

const nothing: ObjectCounts = {
  roundTrips: 0,
  puts: 0,
  gets: 0,
  inspections: 0,
  deletions: 0,
  pages: 0,
  parts: 0,
};

/** An object store that counts what a bucket would bill. */
export function countedObjects(base: ObjectStore): CountedObjects {
  let counts = nothing;
  const count = (kind?: Exclude<keyof ObjectCounts, "roundTrips">, times = 1): void => {
    if (times === 0) return;
    counts = { ...counts, roundTrips: counts.roundTrips + 1 };
    if (kind !== undefined) counts = { ...counts, [kind]: counts[kind] + times };
  };
  const { multipart, presigner } = base;
  return {
    maxPutBytes: base.maxPutBytes,
    get counts() {
      return counts;
    },
    reset: () => (counts = nothing),
    verifies: (digest) => base.verifies(digest),
    put: (...args) => {
      count("puts");
      return base.put(...args);
    },
    get: (...args) => {
      count("gets");
      return base.get(...args);
    },
    inspect: (...args) => {
      count("inspections");
      return base.inspect(...args);
    },
    delete: (keys, signal) => {
      count("deletions", keys.length);
      return base.delete(keys, signal);
    },
    async *list(...args) {
      for await (const page of base.list(...args)) {
        count("pages");
        yield page;
      }
    },
    ...(multipart && { multipart: countedMultipart(multipart, count) }),
    ...(presigner && { presigner }),
  };
}

function countedMultipart(
  base: MultipartUploads,
  count: (kind?: "parts") => void,
): MultipartUploads {
  return {
    maxParts: base.maxParts,
    create: (...args) => {
      count();
      return base.create(...args);
    },
    putPart: (...args) => {
      count("parts");
      return base.putPart(...args);
    },
    complete: (...args) => {
      count();
      return base.complete(...args);
    },
    abort: (...args) => {
      count();
      return base.abort(...args);
    },
  };
}
