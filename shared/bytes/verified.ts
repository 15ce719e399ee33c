import { type Digest, formatDigest } from "../digest/digest.ts";
import type { Hasher, Hashers } from "../digest/hasher.ts";
import { invalidArgument, type RequestError } from "../request-error.ts";
import { abortable } from "./abortable.ts";

/**
 * The bytes of an upload, passed on as they come and checked against their digest: too many, too few or other bytes throw
 * INVALID_ARGUMENT. A consumer that commits only after the last chunk never commits wrong bytes.
 */
export function verified(
  digest: Digest,
  body: AsyncIterable<Uint8Array>,
  hashers: Hashers,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  return checked(digest, body, hashers.create(digest.function, digest.sizeBytes), signal);
}

interface Upload {
  readonly digest: Digest;
  readonly body: AsyncIterable<Uint8Array>;
  readonly hashers: Hashers;
  readonly signal: AbortSignal;
}

/** Checks an upload that is at hand whole, in the same way. */
export async function verifyBytes(
  bytes: Uint8Array,
  digest: Digest,
  hashers: Hashers,
): Promise<void> {
  if (bytes.byteLength !== digest.sizeBytes) {
    throw mismatch(digest, `has ${bytes.byteLength} bytes`);
  }
  const found = hashers.hash(digest.function, bytes);
  const hash = typeof found === "string" ? found : await found;
  if (hash !== digest.hash) throw mismatch(digest, `hashes to ${hash}`);
}

/** Fills `target`, which has the digest's size, with an upload that is small enough to be held, checked in the same way. */
export async function collectVerified(
  target: Uint8Array,
  { digest, body, hashers, signal }: Upload,
): Promise<void> {
  let filled = 0;
  for await (const chunk of counted(digest, body, signal)) {
    target.set(chunk, filled);
    filled += chunk.byteLength;
  }
  const hash = await hashers.hash(digest.function, target);
  if (hash !== digest.hash) throw mismatch(digest, `hashes to ${hash}`);
}

/** The same where others check the hash: only too many or too few bytes throw. */
export function counted(
  digest: Digest,
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  return checked(digest, body, undefined, signal);
}

async function* checked(
  digest: Digest,
  body: AsyncIterable<Uint8Array>,
  hasher: Hasher | undefined,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  let received = 0;
  for await (const chunk of abortable(body, signal)) {
    received += chunk.byteLength;
    if (received > digest.sizeBytes) throw mismatch(digest, `has at least ${received} bytes`);
    hasher?.update(chunk);
    if (chunk.byteLength > 0) yield chunk;
  }
  if (received !== digest.sizeBytes) throw mismatch(digest, `has ${received} bytes`);
  const hash = await hasher?.finish();
  if (hash !== undefined && hash !== digest.hash) throw mismatch(digest, `hashes to ${hash}`);
}

/** INVALID_ARGUMENT for an upload whose bytes are not the digest's, and what they are instead. */
export function mismatch(digest: Digest, found: string): RequestError {
  return invalidArgument("data", `what was uploaded as ${formatDigest(digest)} ${found}`);
}
