import type { PriceId } from "./prices.ts";
import type { Usage } from "./usage.ts";

/** What one row is billed for, by the bytes of content and references that it holds. */
export type ByContent = (contentBytes: number) => Usage;

/** What a table bills for the rows of an index. Many keys are looked up in one round trip, and billed one by one all the same. */
export interface TableBilling {
  /** A key that is found, in an answer that may lag. */
  readonly find: ByContent;
  /** The same where the newest row is asked for. */
  readonly findNewest: ByContent;
  /** A key that is not there, the confirmation of that included. */
  readonly miss: Usage;
  /** The same where the newest row is asked for: the answer confirms itself. */
  readonly missNewest: Usage;
  readonly insert: ByContent;
  readonly renew: ByContent;
  readonly remove: ByContent;
  /** What a row takes of the storage that is billed. */
  readonly storedBytes: (contentBytes: number) => number;
  readonly storage: PriceId;
  /** Finding the rows whose leases have ended, once, in a table of that size. */
  readonly findExpired: (tableBytes: number) => Usage;
}

/** What a bucket bills. Deleting is free everywhere. */
export interface BucketBilling {
  readonly put: PriceId;
  readonly get: PriceId;
  /** 1,000 names. */
  readonly list: PriceId;
  readonly storage: PriceId;
}

/** What serving requests bills. */
export interface ServiceBilling {
  /** A month with that many requests, and gigabytes moved in both directions. */
  readonly month: (requests: number, gigabytes: number) => Usage;
  /** Bytes that leave for the internet, where these are billed. */
  readonly egress?: PriceId;
}

export interface Platform {
  readonly table: TableBilling;
  readonly bucket: BucketBilling;
  readonly service: ServiceBilling;
}
