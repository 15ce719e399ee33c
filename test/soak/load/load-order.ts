import type { Protocol } from "../../conformance/target.ts";

/** What a process of the load is to do. */
export interface LoadOrder {
  readonly url: string;
  readonly protocols: readonly Protocol[];
  readonly httpVersion: "1.1" | "2";
  readonly tokens: { readonly write: string; readonly read: string };
  /** Nobody else's. */
  readonly instanceName: string;
  readonly seed: number;
  /** How long the server keeps what it has promised, by our clock. */
  readonly leaseMs: number;
  readonly requestsPerSecond: number;
  readonly uploadBytesPerSecond: number;
  /** The largest blob of many. */
  readonly mostBlobBytes: number;
  /** How many requests may be under way at once. */
  readonly lanes: number;
  /** Whether an upload that broke off can be resumed. */
  readonly resumes: boolean;
}
