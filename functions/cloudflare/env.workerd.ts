import type { Variables } from "./settings.ts";

/** What wrangler.toml and the secrets give. */
export interface Env extends Variables {
  readonly INDEX: D1Database;
  readonly OBJECTS: R2Bucket;
  /** A deployment that wants none has none. */
  readonly METRICS?: AnalyticsEngineDataset;
}
