import { parseObjectKey } from "../../../shared/stores/indexed/object-key.ts";
import type { RowKey } from "../../../shared/stores/indexed/row-key.ts";
import { startedMs } from "../../../shared/stores/indexed/upload-id.ts";
import type { KnownAction, KnownBlob } from "./universe.ts";
import type { World } from "./world.ts";

/** A time at which much happens at once, and around what. */
export interface Burst {
  readonly atMs: number;
  readonly lastsMs: number;
  readonly blobs: readonly KnownBlob[];
  readonly action: KnownAction;
}

interface Moment {
  readonly atMs: number;
  readonly about: RowKey | undefined;
}

/** The next burst: soon, or when a lease is about to be due or over, or an upload over, because that is when things go wrong. */
export function nextBurst(world: World): Burst {
  const { random, time, policy, universe, actions, table, bucket } = world;
  const { leaseMs, requestDelayMs, clockSkewMs, keepMs, uploadWindowMs } = policy;
  const soon: Moment = { atMs: time.nowMs + random.below(2 * requestDelayMs), about: undefined };
  const leasesOf = (known: readonly { readonly key: RowKey }[]): readonly Moment[] =>
    known.flatMap(({ key }) => {
      const endsMs = table.rows.get(key)?.leaseEndsMs ?? 0;
      const dueMs = endsMs - leaseMs - requestDelayMs;
      return [dueMs, endsMs, endsMs + keepMs].map((atMs) => ({ atMs, about: key }));
    });
  const uploads = [...bucket.names].flatMap((name) => {
    const object = parseObjectKey(name);
    if (object === undefined) return [];
    const overMs = startedMs(object.upload) + uploadWindowMs + requestDelayMs;
    return [{ atMs: overMs, about: object.key }];
  });
  const spliced = universe.blobs.filter(({ ways }) => ways.length > 0);
  const kinds = [[soon], leasesOf(universe.blobs), leasesOf(universe.actions), uploads];
  // When a chunk is about to go, it matters what is said of its blob.
  const chunks = spliced.flatMap(({ key, ways }) =>
    leasesOf(ways.flat()).map((moment) => ({ ...moment, about: key })),
  );
  if (chunks.length > 0) kinds.push(chunks);
  const candidates = random.pick(kinds).filter(({ atMs }) => atMs > time.nowMs);
  const { atMs, about } = random.pick(candidates.length === 0 ? [soon] : candidates);
  const spreadMs = 2 * clockSkewMs + requestDelayMs;
  const shiftedMs = atMs + random.below(2 * spreadMs) - spreadMs;
  const action = universe.actions.find(({ key }) => key === about) ?? random.pick(universe.actions);
  const others = Array.from({ length: random.below(4) }, () => random.pick(universe.blobs));
  const topic = universe.blobs.find(({ key }) => key === about) ?? random.pick(universe.blobs);
  const needed = action.key === about ? actions.neededBy(action.key) : [];
  return {
    atMs: Math.max(time.nowMs, shiftedMs),
    lastsMs: random.pick([1000, requestDelayMs, spreadMs, 4 * spreadMs]),
    blobs: needed.length > 0 ? needed : [...new Set([topic, ...others])],
    action,
  };
}
