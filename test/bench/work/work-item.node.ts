import type { Width } from "../load/load.ts";
import type { UploadKind } from "../load/upload-plan.ts";
import type { MadeUpBlobs } from "../made-up-blobs.node.ts";

interface Work {
  readonly name: string;
  readonly unit: "req/s" | "MB/s";
  /** How many times the better peer's rate is aimed at. */
  readonly goal: number;
  /** The blobs that it is about: there before a call, and brought by an upload. */
  readonly sizeBytes: number;
  readonly blobs: number;
  /** Requests under way at once when rates are measured. */
  readonly width: Width;
  /** Whether latencies are measured, too, at 1, 100 and 1,000 requests at once. */
  readonly latency: boolean;
}

/** A gRPC call with one message, made again and again. */
export interface CallWork extends Work {
  readonly kind: "call";
  readonly path: string;
  /** Whether there is an action result that refers to the blobs. */
  readonly needsAction: boolean;
  request(blobs: MadeUpBlobs): Uint8Array;
  /** Throws unless these are the messages of the right answer. */
  check(messages: readonly Buffer[], blobs: MadeUpBlobs): void;
}

/** A GET of a blob from the HTTP cache. */
export interface GetWork extends Work {
  readonly kind: "get";
}

/** Uploads of blobs that are not there yet, `blobs` in each request. */
export interface UploadWork extends Work {
  readonly kind: UploadKind;
}

export type WorkItem = CallWork | GetWork | UploadWork;

export function needsHttp({ kind }: WorkItem): boolean {
  return kind === "get" || kind === "put";
}
