import { sameBytes } from "../support/bytes.ts";
import { load, store } from "./actions.ts";
import { type Blob, isPresent, randomBlob, upload } from "./blobs.ts";
import { check, type Fixture } from "./check.ts";
import { inChunks, needsSplice, splice } from "./chunked-blobs.ts";
import { resultThatNeeds } from "./get-action-result.ts";
import { handsOn } from "./hands.ts";
import { get, putBlob } from "./http.node.ts";
import { outcome } from "./outcome.ts";
import { read, readName, writeBlob } from "./streams.ts";
import { getTree, leaf, parentOf } from "./trees.ts";

const MIB = 1024 * 1024;

type Step = () => Promise<unknown>;

/** What happens to blobs: when they are stored, and when their time is nearly up. */
interface Life {
  readonly begin?: Step;
  readonly use?: Step;
}

/** Looks whether blobs stay that are used when their time is nearly up. */
async function expectKept(f: Fixture, blobs: readonly Blob[], life: Life): Promise<void> {
  await outlast(f, blobs, life);
  for (const [index, blob] of blobs.entries()) {
    f.expect(await isPresent(f, f.instanceName, blob), `blob ${index}`).toBe(true);
  }
}

/** Stores blobs, and lets more time pass than they have, but less than that after their use. */
async function outlast(f: Fixture, blobs: readonly Blob[], { begin, use }: Life): Promise<void> {
  const { leaseMs, unusedMs, ...hands } = handsOn(f);
  // Whatever is there by now may go.
  hands.advance(unusedMs);
  await upload(f, f.instanceName, ...blobs);
  await begin?.();
  // What shares a block with them is of the same age.
  await hands.evict();
  hands.advance(unusedMs - leaseMs / 4);
  await use?.();
  hands.advance(leaseMs / 2);
  await hands.evict();
}

/** How long an answer holds: asked of a server whose clock can be moved, and whose store can be pressed. */
export const lifetimes = [
  check("6.4", "a blob that was asked for stays for the lease, and no other", async (f) => {
    const blobs = [randomBlob(), randomBlob()];
    const { instanceName } = f;
    const unused = randomBlob();
    await outlast(f, [unused], {});
    f.expect(await isPresent(f, instanceName, unused)).toBe(false);
    const blobDigests = blobs.map(({ digest }) => digest);
    await expectKept(f, blobs, {
      use: () => f.cas.findMissingBlobs({ instanceName, blobDigests }),
    });
  }),

  check("8.11", "a blob that was read in a batch stays for the lease", async (f) => {
    const blobs = [randomBlob(), randomBlob()];
    const { instanceName } = f;
    const digests = blobs.map(({ digest }) => digest);
    await expectKept(f, blobs, { use: () => f.cas.batchReadBlobs({ instanceName, digests }) });
  }),

  check("9.13", "the directories of a tree that was read stay for the lease", async (f) => {
    const child = leaf();
    const root = parentOf({ child });
    await expectKept(f, [root, child], { use: () => getTree(f, root) });
  }),

  check("10.19", "a spliced blob that is there is there in all its parts", async (f) => {
    await needsSplice(f);
    const { blob, chunks } = inChunks([MIB, MIB, MIB]);
    const begin = async (): Promise<void> => {
      await upload(f, f.instanceName, ...chunks);
      await splice(f, blob, chunks);
    };
    await expectKept(f, [], { begin, use: () => isPresent(f, f.instanceName, blob) });
    f.expect(sameBytes(await read(f, readName(f.instanceName, blob)), blob.data)).toBe(true);
  }),

  check("11.16", "a blob that was read stays for the lease", async (f) => {
    const blob = randomBlob(200_000);
    await expectKept(f, [blob], { use: () => read(f, readName(f.instanceName, blob)) });
  }),

  check("14.3", "whatever a result needs stays for the lease once it was given", async (f) => {
    const { result, blobs } = resultThatNeeds();
    const { digest } = randomBlob();
    const begin = (): Promise<unknown> => store(f, result, digest);
    await expectKept(f, blobs, { begin, use: () => load(f, digest) });
    f.expect(await outcome(load(f, digest))).toBe("OK");
  }),

  check("15.7", "whatever a result needs stays for the lease once it was taken", async (f) => {
    const { result, blobs } = resultThatNeeds();
    await expectKept(f, blobs, { use: () => store(f, result) });
  }),

  check("16", "every other use of a blob or a result keeps it, too", async (f) => {
    const { instanceName } = f;
    const uses: readonly ((blob: Blob) => Promise<unknown>)[] = [
      (blob) => upload(f, instanceName, blob),
      (blob) => writeBlob(f, instanceName, blob),
      (blob) => get(f, "cas", blob.digest),
      (blob) => putBlob(f, blob),
    ];
    for (const use of uses) {
      const blob = randomBlob();
      await expectKept(f, [blob], { use: () => use(blob) });
    }
    const { result, blobs } = resultThatNeeds();
    const { digest } = randomBlob();
    const begin = (): Promise<unknown> => store(f, result, digest);
    await expectKept(f, blobs, { begin, use: () => get(f, "ac", digest) });
  }),
];
