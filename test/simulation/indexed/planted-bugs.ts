import type { BlobIndex, LookUp } from "../../../shared/stores/indexed/blob-index.ts";
import type { TransferParts } from "../../../shared/stores/indexed/indexed-transfers.ts";
import type { LeasePolicy } from "../../../shared/stores/indexed/lease-policy.ts";
import { objectKeyOf } from "../../../shared/stores/indexed/object-key.ts";
import type { ObjectStore } from "../../../shared/stores/indexed/object-store.ts";
import type { Plant } from "./world.ts";

/** A mistake that the store could have made, in what it is made of, and what the run must say of it. */
export interface PlantedBug {
  readonly plant: Plant;
  readonly breaks: RegExp;
}

/** What is said of the promises that bugs break. */
const said = {
  gone: /is gone (?:before its lease has ended|when it is relied on)/,
  shortLease: /has too short a lease/,
  missing: /is said to be missing/,
  removed: /is removed too soon/,
} as const;

/** Bugs that a run must find. */
export const plantedBugs: Readonly<Record<string, PlantedBug>> = {
  "an object is deleted before its row": {
    breaks: said.gone,
    plant: (parts) =>
      withIndex(parts, ({ expired }) => ({
        expired: async (endedBeforeMs, limit, signal) => {
          const rows = await expired(endedBeforeMs, limit, signal);
          await parts.objects.delete(rows.map(objectKeyOf), signal);
          return rows;
        },
      })),
  },

  "a row is believed before its renewal has found it": {
    breaks: said.gone,
    plant: (parts) =>
      withIndex(parts, ({ lookUp, renew }) => ({
        lookUp: async (keys, { renewal, ...how }, signal) => {
          const found = await lookUp(keys, how, signal);
          const due = [...found.rows.values()].filter(
            ({ standsAlone, leaseEndsMs }) => standsAlone && leaseEndsMs < (renewal?.dueMs ?? 0),
          );
          await renew(due, renewal?.untilMs ?? 0, signal);
          return found;
        },
      })),
  },

  "uploads may be committed however late": {
    breaks: said.gone,
    plant: (parts, role) =>
      role === "client" ? withPolicy(parts, { uploadWindowMs: Infinity }) : parts,
  },

  "orphans are collected while they may still be committed": {
    breaks: said.gone,
    plant: (parts, role) => (role === "sweeper" ? withPolicy(parts, { uploadWindowMs: 0 }) : parts),
  },

  "a stale absence is believed": {
    breaks: said.missing,
    plant: (parts) =>
      withIndex(parts, ({ lookUp }) => ({
        lookUp: async (...args) => ({ ...(await lookUp(...args)), consistent: true }),
      })),
  },

  "rows are removed whatever has become of them": {
    breaks: said.removed,
    plant: (parts) =>
      withIndex(parts, ({ lookUp, remove }) => ({
        remove: async (rows, signal) => {
          const keys = rows.map(({ key }) => key);
          const found = await lookUp(keys, { contents: false, consistent: true }, signal);
          return await remove([...found.rows.values()], signal);
        },
      })),
  },

  "an action result has a lease of its own": {
    breaks: said.shortLease,
    plant: (parts) =>
      withIndex(parts, ({ commit }) => ({
        commit: async (row, wins, signal) =>
          await commit({ ...row, standsAlone: true }, wins, signal),
      })),
  },

  "what an action result refers to is renewed when it is due, and no sooner": {
    breaks: /is due again too soon/,
    plant: (parts) =>
      withIndex(parts, ({ lookUp }) => ({
        lookUp: async (keys, how, signal) =>
          await lookUp(keys, { ...how, ...noSooner(how, parts.policy) }, signal),
      })),
  },

  "clocks are trusted": {
    breaks: said.removed,
    plant: (parts, role) => (role === "sweeper" ? withPolicy(parts, { clockSkewMs: 0 }) : parts),
  },

  "a clock is read only once": {
    breaks: said.shortLease,
    plant: (parts) => {
      const nowMs = parts.clock.now();
      return { ...parts, clock: { now: () => nowMs } };
    },
  },

  "orphans are never found": {
    breaks: /objects have no row/,
    plant: (parts, role) =>
      role === "sweeper" ? withObjects(parts, { list: () => listNothing() }) : parts,
  },

  "wrong bytes are taken": {
    breaks: /was taken from a wrong body|has wrong bytes/,
    plant: (parts) => withObjects(parts, { verifies: () => true }),
  },

  "a quota is not kept": {
    breaks: /bytes, and not all are leased/,
    plant: (parts) => withPolicy(parts, { quotaBytes: Infinity }),
  },

  "a list of chunks has a lease of its own": {
    breaks: said.shortLease,
    plant: (parts) =>
      withIndex(parts, ({ commit }) => ({
        commit: async (row, wins, signal) =>
          await commit(wins === "first" ? { ...row, standsAlone: true } : row, wins, signal),
      })),
  },

  "the first write of an action result wins": {
    breaks: /is found as version \d+, after/,
    plant: (parts) =>
      withIndex(parts, ({ commit }) => ({
        commit: async (row, _, signal) => await commit(row, "first", signal),
      })),
  },
};

/** The renewal of a look-up, if it has one, as it would be for an answer of now. */
function noSooner({ renewal }: LookUp, { renewEveryMs }: LeasePolicy): Pick<LookUp, "renewal"> {
  if (renewal === undefined) return {};
  return { renewal: { ...renewal, dueMs: renewal.untilMs - renewEveryMs } };
}

type Methods = Omit<BlobIndex, "maxRowBytes">;

/** The parts with an index of which some methods are others. */
function withIndex(
  parts: TransferParts,
  change: (base: Methods) => Partial<Methods>,
): TransferParts {
  const { index } = parts;
  const methods: Methods = {
    lookUp: (...args) => index.lookUp(...args),
    commit: (...args) => index.commit(...args),
    renew: (...args) => index.renew(...args),
    remove: (...args) => index.remove(...args),
    expired: (...args) => index.expired(...args),
    leases: (...args) => index.leases(...args),
  };
  return { ...parts, index: { maxRowBytes: index.maxRowBytes, ...methods, ...change(methods) } };
}

function withPolicy(parts: TransferParts, change: Partial<TransferParts["policy"]>): TransferParts {
  return { ...parts, policy: { ...parts.policy, ...change } };
}

/** The parts with an object store of which some methods are others. */
function withObjects(parts: TransferParts, methods: Partial<ObjectStore>): TransferParts {
  const { objects } = parts;
  return {
    ...parts,
    objects: {
      maxPutBytes: objects.maxPutBytes,
      presigner: objects.presigner,
      ...(objects.multipart === undefined ? {} : { multipart: objects.multipart }),
      verifies: (...args) => objects.verifies(...args),
      put: (...args) => objects.put(...args),
      get: (...args) => objects.get(...args),
      inspect: (...args) => objects.inspect(...args),
      delete: (...args) => objects.delete(...args),
      list: (...args) => objects.list(...args),
      ...methods,
    },
  };
}

async function* listNothing(): AsyncGenerator<readonly string[], void> {}
