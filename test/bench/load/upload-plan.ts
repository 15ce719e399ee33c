import type { Width } from "./load.ts";

/** What is uploaded, and how. */
export type UploadKind = "write" | "batch" | "put";

/** What the load of uploads, a program of its own, is started with. */
export interface UploadPlan {
  readonly kind: UploadKind;
  /** Where the server listens on 127.0.0.1. */
  readonly port: number;
  readonly authorization: string;
  /** Of each blob. */
  readonly sizeBytes: number;
  /** Blobs in each request: more than one in a batch alone. */
  readonly blobsPerRequest: number;
  /** Requests at most, each of blobs that no other has. */
  readonly requests: number;
  /** Where its blobs begin among all that are made up: none may be there already. */
  readonly firstBlob: number;
  readonly seconds: number;
  readonly width: Width;
}

/** What it prints in the end. */
export interface UploadReport {
  readonly seconds: number;
  readonly requests: number;
  readonly cpuSeconds: number;
  readonly latenciesMs: readonly number[];
}

/** Data in each message of ByteStream.Write. */
export const WRITE_MESSAGE_BYTES = 65_536;
