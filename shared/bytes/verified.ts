import { type Digest, formatDigest, type Hash } from "../digest/digest.ts";
import type { Hasher, Hashers } from "../digest/hasher.ts";
import { invalidArgument, type RequestError } from "../request-error.ts";
import { abortable } from "./abortable.ts";
import { giveBack } from "./memory-pool.ts";

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

/** Checks an upload that is at hand whole, in the same way: at once where its hash can be had at once. */
export function verifyBytes(
  bytes: Uint8Array,
  digest: Digest,
  hashers: Hashers,
): void | Promise<void> {
  if (bytes.byteLength !== digest.sizeBytes) {
    throw mismatch(digest, `has ${bytes.byteLength} bytes`);
  }
  const found = hashers.hash(digest.function, bytes);
  if (typeof found !== "string") return found.then((hash) => checkHash(digest, hash));
  checkHash(digest, found);
}

function checkHash(digest: Digest, hash: Hash): void {
  if (hash !== digest.hash) throw mismatch(digest, `hashes to ${hash}`);
}

/**
 * Fills `target`, which has the digest's size, with an upload that is small enough to be held, checked in the same way. Gives each chunk
 * back.
 */
export async function collectVerified(
  target: Uint8Array,
  { digest, body, hashers, signal }: Upload,
): Promise<void> {
  let filled = 0;
  for await (const chunk of counted(digest, body, signal)) {
    target.set(chunk, filled);
    filled += chunk.byteLength;
    giveBack(chunk);
  }
  checkHash(digest, await hashers.hash(digest.function, target));
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
  if (hasher !== undefined) checkHash(digest, await hasher.finish());
}

/** INVALID_ARGUMENT for an upload whose bytes are not the digest's, and what they are instead. */
export function mismatch(digest: Digest, found: string): RequestError {
  return invalidArgument("data", `what was uploaded as ${formatDigest(digest)} ${found}`);
}
