import type { DiskShare } from "../../shared/adapters/disk/shared-disk.node.ts";
import type { Metric } from "../../shared/metric.ts";
import type { ServeOptions } from "./options.node.ts";
import type { Policy } from "../access/policy.ts";
import type { TlsMaterial } from "./tls-material.node.ts";

/** What a thread that serves is started with. */
export interface ThreadStart {
  readonly options: ServeOptions;
  /** Where to listen: all threads on one. */
  readonly port: number;
  readonly tls: TlsMaterial | undefined;
  readonly share: DiskShare;
}

export type ToThread =
  | { readonly kind: "stop" }
  /** For connections that come from now on. */
  | { readonly kind: "access"; readonly policy: Policy }
  | { readonly kind: "tls"; readonly tls: TlsMaterial }
  /** What was asked: what all threads together have. */
  | { readonly kind: "metrics"; readonly id: number; readonly metrics: readonly Metric[] }
  | { readonly kind: "count"; readonly id: number };

export type FromThread =
  | { readonly kind: "listening"; readonly address: string }
  /** Whoever started the server made a mistake. */
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "ask-metrics"; readonly id: number }
  /** What was to be counted: what this thread has. */
  | { readonly kind: "counted"; readonly id: number; readonly metrics: readonly Metric[] };
