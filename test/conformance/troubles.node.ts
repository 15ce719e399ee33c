import { store } from "./actions.ts";
import { type Blob, isPresent, randomBlob, upload } from "./blobs.ts";
import { check, type Fixture } from "./check.ts";
import { inChunks, LARGE, needsSplit, splice, split } from "./chunked-blobs.ts";
import { type Hands, handsOn, type Trouble } from "./hands.ts";
import { get, put, putBlob } from "./http.node.ts";
import { type Outcome, outcome, outcomeInBatch, streamOutcome } from "./outcome.ts";
import { read, readName, writeBlob } from "./streams.ts";
import { leaf } from "./trees.ts";

/** Runs `work` while the store is in trouble. */
async function during<T>(hands: Hands, trouble: Trouble, work: () => Promise<T>): Promise<T> {
  hands.trouble = trouble;
  try {
    return await work();
  } finally {
    hands.trouble = undefined;
  }
}

/** How every RPC that reads ends. */
async function readOutcomes(f: Fixture, { digest, ...blob }: Blob): Promise<ReadonlySet<Outcome>> {
  const { cas, actions, instanceName } = f;
  return new Set([
    await outcome(cas.findMissingBlobs({ instanceName, blobDigests: [digest] })),
    await outcomeInBatch(cas.batchReadBlobs({ instanceName, digests: [digest] }), 0),
    await streamOutcome(cas.getTree({ instanceName, rootDigest: digest })),
    await outcome(read(f, readName(instanceName, { digest, ...blob }))),
    await outcome(actions.getActionResult({ instanceName, actionDigest: digest })),
  ]);
}

/** How every RPC that writes ends. */
async function writeOutcomes(f: Fixture): Promise<ReadonlySet<Outcome>> {
  const { cas, instanceName } = f;
  return new Set([
    await outcomeInBatch(cas.batchUpdateBlobs({ instanceName, requests: [randomBlob()] }), 0),
    await outcome(writeBlob(f, instanceName, randomBlob())),
    await outcome(store(f, {})),
  ]);
}

/** What a server owes its clients while its store is in trouble. */
export const troubles = [
  check("1.15", "trouble is told by its kind, and is never taken for a miss", async (f) => {
    const hands = handsOn(f);
    const blob = leaf();
    await upload(f, f.instanceName, blob);
    await store(f, {}, blob.digest);
    for (const [trouble, expected, status] of [
      ["unavailable", "Unavailable", 503],
      ["bewildered", "Internal", 500],
    ] as const) {
      await during(hands, trouble, async () => {
        f.expect(await readOutcomes(f, blob)).toEqual(new Set([expected]));
        f.expect(await writeOutcomes(f)).toEqual(new Set([expected]));
        f.expect((await get(f, "cas", blob.digest)).status).toBe(status);
        f.expect((await putBlob(f, randomBlob())).status).toBe(status);
      });
      f.expect(await readOutcomes(f, blob), "afterwards").toEqual(new Set(["OK"]));
    }
  }),

  check("6.10", "what cannot be looked for is neither there nor missing", async (f) => {
    const hands = handsOn(f);
    const { instanceName } = f;
    const present = randomBlob();
    await upload(f, instanceName, present);
    const blobDigests = [present.digest, randomBlob().digest];
    const ask = (): Promise<Outcome> =>
      outcome(f.cas.findMissingBlobs({ instanceName, blobDigests }));
    f.expect(await during(hands, "unavailable", ask)).toBe("Unavailable");
    f.expect(await ask()).toBe("OK");
  }),

  check("14.13", "a result that cannot be looked up is no miss", async (f) => {
    const hands = handsOn(f);
    const { instanceName } = f;
    const present = await store(f, {});
    for (const actionDigest of [present, randomBlob().digest]) {
      const ended = await during(hands, "unavailable", () =>
        outcome(f.actions.getActionResult({ instanceName, actionDigest }, { timeoutMs: 5000 })),
      );
      f.expect(ended).toBe("Unavailable");
      const { status } = await during(hands, "unavailable", () => get(f, "ac", actionDigest));
      f.expect(status).toBe(503);
    }
  }),

  check("15.4", "what there is no room for is refused as that, and not kept", async (f) => {
    const hands = handsOn(f);
    const [blob, action] = [randomBlob(), randomBlob()];
    await during(hands, "exhausted", async () => {
      f.expect(await writeOutcomes(f)).toEqual(new Set(["ResourceExhausted"]));
      f.expect((await putBlob(f, blob)).status).toBe(507);
      f.expect((await put(f, "ac", action.digest, new Uint8Array())).status).toBe(507);
    });
    f.expect(await isPresent(f, f.instanceName, blob)).toBe(false);
    f.expect((await get(f, "ac", action.digest)).status).toBe(404);
  }),
];

/** What a server owes its clients when it cannot keep what it cut or joined. */
export const chunkTroubles = [
  check("10.3", "chunks that there is no room for are refused as that", async (f) => {
    const hands = handsOn(f);
    await needsSplit(f);
    // There may be no room before.
    hands.advance(hands.unusedMs);
    const [large, { blob, chunks }] = [randomBlob(LARGE), inChunks([100, 200])];
    await upload(f, f.instanceName, large, ...chunks);
    await during(hands, "exhausted", async () => {
      f.expect(await outcome(split(f, large))).toBe("ResourceExhausted");
      f.expect(await outcome(splice(f, blob, chunks))).toBe("ResourceExhausted");
    });
    f.expect(await outcome(split(f, large))).toBe("OK");
    f.expect(await isPresent(f, f.instanceName, blob)).toBe(false);
  }),
];

/** Stores a blob and damages what is kept of it. */
async function damaged(f: Fixture, sizeBytes: number): Promise<Blob> {
  const { damage = f.skip("what is kept is out of reach"), ...hands } = handsOn(f);
  // There may be no room before.
  hands.advance(hands.unusedMs);
  const blob = randomBlob(sizeBytes);
  await upload(f, f.instanceName, blob);
  damage(blob.data);
  return blob;
}

/** Sizes that a server knows whole before it answers, and that are on their way before. */
const SIZES = [100, 100_000, 400_000];

/** What a server owes its clients when what it has kept is no longer what it was. */
export const damages = [
  check("11.14", "damaged bytes are never given for whole, and missing afterwards", async (f) => {
    for (const sizeBytes of SIZES) {
      const blob = await damaged(f, sizeBytes);
      const name = readName(f.instanceName, blob);
      const ended = await outcome(read(f, name));
      f.expect(["NotFound", "DataLoss", "Internal"], `${sizeBytes} bytes`).toContain(ended);
      f.expect(await isPresent(f, f.instanceName, blob)).toBe(false);
      await upload(f, f.instanceName, blob);
      f.expect(await read(f, name)).toEqual(blob.data);
    }
  }),

  check("20.20", "damaged bytes are a 404, or break the answer off", async (f) => {
    for (const sizeBytes of SIZES) {
      const blob = await damaged(f, sizeBytes);
      const answer = await get(f, "cas", blob.digest).catch(() => undefined);
      if (answer !== undefined) f.expect(answer.status, `${sizeBytes} bytes`).toBe(404);
      f.expect((await get(f, "cas", blob.digest)).status).toBe(404);
    }
  }),
];
