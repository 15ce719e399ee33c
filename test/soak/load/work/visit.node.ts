import { Code, ConnectError } from "@connectrpc/connect";
import type { Random } from "../../../support/random.ts";
import type { LoadOrder } from "../load-order.ts";
import type { MadeUpBlob } from "../made-up-blob.node.ts";
import type { Pace } from "../pace.ts";
import type { Promises } from "../promises.ts";
import type { Tally } from "../tally.ts";
import { Trouble } from "../trouble.ts";
import type { Way } from "../way.node.ts";
import type { MadeUpAction } from "./made-up-action.node.ts";

/** What a work is done with. */
export interface Visit {
  readonly order: LoadOrder;
  readonly way: Way;
  readonly random: Random;
  readonly blobs: Promises<MadeUpBlob>;
  readonly actions: Promises<MadeUpAction>;
  readonly tally: Tally;
  readonly uploads: Pace;
}

/** Something that clients do. */
export interface Work {
  readonly name: string;
  /** How often it is done beside others. */
  readonly weight: number;
  /** Whether it stores something, which is held to a pace of its own. */
  readonly uploads?: true;
  /** Whether it needs a server that goes on with what has broken off. */
  readonly resumes?: true;
  readonly run: (visit: Visit) => Promise<void>;
}

/** Notes that the server has promised to keep these, by an answer to a request that was made then. */
export function promised(
  { blobs, tally }: Pick<Visit, "blobs" | "tally">,
  items: readonly MadeUpBlob[],
  sinceMs: number,
): void {
  for (const item of items) {
    blobs.given(item.digest.hash, { item, bytes: Number(item.digest.sizeBytes) }, sinceMs);
  }
  tally.promisesKept(items.length);
}

/** Notes that this has been uploaded, and takes its time for it. */
export function uploaded(visit: Visit, blobs: readonly MadeUpBlob[], sinceMs: number): void {
  const bytes = sizeOf(blobs);
  for (const item of blobs) {
    visit.blobs.given(item.digest.hash, { item, bytes: Number(item.digest.sizeBytes) }, sinceMs);
  }
  visit.tally.uploaded(bytes);
  visit.uploads.take(bytes);
}

export function sizeOf(blobs: readonly MadeUpBlob[]): number {
  return blobs.reduce((sum, { digest }) => sum + Number(digest.sizeBytes), 0);
}

/** Throws of a blob that was promised and is not there, once. */
export function broken({ blobs }: Pick<Visit, "blobs">, { digest }: MadeUpBlob): never {
  blobs.forget(digest.hash);
  throw new Trouble("broken promise", `${digest.hash}/${digest.sizeBytes} is not there any more`);
}

/** A call about a blob that was promised. */
export async function kept<T>(visit: Visit, blob: MadeUpBlob, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (ConnectError.from(error).code === Code.NotFound) broken(visit, blob);
    throw error;
  }
}

/** Asks for one blob that was promised, if any is by now, which is a promise again. What goes wrong is told with its name. */
export async function ofOneBlob(
  visit: Visit,
  run: (blob: MadeUpBlob) => Promise<void>,
): Promise<void> {
  const [blob] = visit.blobs.pick(visit.random, 1);
  if (blob === undefined) return;
  const sinceMs = Date.now();
  try {
    await run(blob);
  } catch (cause) {
    if (cause instanceof Trouble) throw cause;
    const { hash, sizeBytes } = blob.digest;
    throw new Error(`${hash}/${sizeBytes}: ${String(cause)}`, { cause });
  }
  promised(visit, [blob], sinceMs);
}
