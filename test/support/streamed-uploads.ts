import type { PausedUploadBounds } from "../../shared/services/paused-uploads.ts";
import type { UploadOutcome } from "../../shared/services/rival-uploads.ts";
import type { StreamedUpload } from "../../shared/services/upload-service.ts";
import { UploadSessions } from "../../shared/services/upload-sessions.ts";
import type { Call } from "../../shared/stores/call.ts";
import { bodyOf, failingBody } from "./bodies.ts";
import type { TestBlob } from "./blobs.ts";
import { createCache, type TestCache, type TestCacheOptions } from "./cache.ts";
import { callFor } from "./calls.ts";
import { ManualClock } from "./clock.ts";
import { ManualBody } from "./manual-body.ts";

/** What ends a stream that breaks off. */
export const GONE: Error = new Error("the connection is gone");

/** A cache that keeps uploads which broke off. */
export interface ResumableCache extends TestCache, AsyncDisposable {
  readonly sessions: UploadSessions;
  /** Bytes that the cache keeps of an upload. */
  kept(blob: TestBlob, uuid?: string): number;
}

export function createResumable(
  options: TestCacheOptions = {},
  bounds: Partial<PausedUploadBounds> = {},
): ResumableCache {
  const clock = new ManualClock();
  const sessions = new UploadSessions({ ...bounds, clock });
  const cache = createCache({ ...options, clock, uploadSessions: sessions });
  return {
    ...cache,
    sessions,
    kept: (blob, uuid) => cache.uploads.keptBytes(uploadOf(blob, uuid), callFor()),
    [Symbol.asyncDispose]: () => sessions[Symbol.asyncDispose](),
  };
}

export function uploadOf({ digest }: TestBlob, uuid = "one"): StreamedUpload {
  return { digest, uuid, compressor: "identity" };
}

interface Stretch {
  readonly uuid?: string;
  readonly from?: number;
  /** The blob's end if left out; before it, the stream breaks off. */
  readonly to?: number;
}

/** A stream that brings a part of a blob. */
export async function bring(
  { uploads }: TestCache,
  blob: TestBlob,
  { uuid, from = 0, to = blob.bytes.byteLength }: Stretch = {},
): Promise<UploadOutcome> {
  const bytes = blob.bytes.subarray(from, to);
  const isRest = to === blob.bytes.byteLength;
  const body = isRest ? bodyOf(bytes, 300) : failingBody(bytes, GONE);
  return await uploads.writeFrom(BigInt(from), uploadOf(blob, uuid), body, callFor());
}

/** A stream in the test's hands, which has brought the first `sent` bytes. */
export async function openStream(
  { uploads }: TestCache,
  blob: TestBlob,
  sent: number,
  call: Call = callFor(),
): Promise<{ readonly body: ManualBody; readonly ended: Promise<UploadOutcome> }> {
  const body = new ManualBody();
  const ended = uploads.writeFrom(0n, uploadOf(blob), body, call);
  ended.catch(() => undefined);
  await body.send(blob.bytes.subarray(0, sent));
  return { body, ended };
}
