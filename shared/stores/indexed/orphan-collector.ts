import type { Clock } from "../../clock.ts";
import type { BlobIndex } from "./blob-index.ts";
import type { IndexedParts } from "./indexed-parts.ts";
import { type LeasePolicy, uploadsOverBefore } from "./lease-policy.ts";
import { parseObjectKey, shardPrefix } from "./object-key.ts";
import type { ObjectStore } from "./object-store.ts";
import type { SweepCounts } from "./sweep-counts.ts";
import { startedMs } from "./upload-id.ts";

export interface CollectedOrphans {
  /** Objects that no row named, deleted. */
  readonly orphans: number;
  /** Objects that are none of ours, left alone. */
  readonly foreignObjects: number;
}

/** Finds and deletes objects that no row names, and none ever will: what uploads and sweeps left that did not get to their end. */
export class OrphanCollector {
  readonly #index: BlobIndex;
  readonly #objects: ObjectStore;
  readonly #clock: Clock;
  readonly #policy: LeasePolicy;
  readonly #counts: SweepCounts;

  constructor(
    parts: Pick<IndexedParts, "index" | "objects" | "clock" | "policy">,
    counts: SweepCounts,
  ) {
    this.#counts = counts;
    this.#index = parts.index;
    this.#objects = parts.objects;
    this.#clock = parts.clock;
    this.#policy = parts.policy;
  }

  async collect(shards: readonly number[], signal: AbortSignal): Promise<CollectedOrphans> {
    let orphans = 0;
    let foreignObjects = 0;
    for (const shard of shards) {
      for await (const names of this.#objects.list(shardPrefix(shard), signal)) {
        const ours = names.map(parseObjectKey).filter((object) => object !== undefined);
        foreignObjects += names.length - ours.length;
        orphans += await this.#collectPage(ours, signal);
      }
    }
    return { orphans, foreignObjects };
  }

  async #collectPage(
    objects: readonly NonNullable<ReturnType<typeof parseObjectKey>>[],
    signal: AbortSignal,
  ): Promise<number> {
    const overBefore = uploadsOverBefore(this.#clock.now(), this.#policy);
    const settled = objects.filter(({ upload }) => startedMs(upload) < overBefore);
    if (settled.length === 0) return 0;
    const keys = settled.map(({ key }) => key);
    const how = { contents: false, consistent: true };
    const { rows } = await this.#index.lookUp(keys, how, signal);
    const orphans = settled.filter(({ key, upload }) => rows.get(key)?.upload !== upload);
    if (orphans.length === 0) return 0;
    const objectKeys = orphans.map(({ objectKey }) => objectKey);
    await this.#objects.delete(objectKeys, signal);
    this.#counts.orphans.count += orphans.length;
    return orphans.length;
  }
}
