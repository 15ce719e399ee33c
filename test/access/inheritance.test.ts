import { create, toBinary } from "@bufbuild/protobuf";
import { describe, it } from "vitest";
import { limits } from "../../shared/limits.ts";
import { ActionResultSchema } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import type { Services } from "../../shared/services/services.ts";
import type { Call } from "../../shared/stores/call.ts";
import { actionKey } from "../support/action-results.ts";
import { type TestBlob, blobOf } from "../support/blobs.ts";
import { bodyOf } from "../support/bodies.ts";
import { readAll, sameBytes } from "../support/bytes.ts";
import { createCache } from "../support/cache.ts";
import { callFor } from "../support/calls.ts";
import { ManualBody } from "../support/manual-body.ts";
import { messageOf } from "../support/trees.ts";
import { callBy, caches, PR, pullRequest } from "./beneath.ts";

type TestServices = Pick<Services, "actions" | "store" | "uploads">;

async function keepResult(
  { actions, store }: TestServices,
  outputs: readonly TestBlob[],
  call: Call,
  exitCode = 0,
): Promise<void> {
  for (const { digest, bytes } of outputs) await store.put(digest, bodyOf(bytes), call);
  const result = create(ActionResultSchema, {
    exitCode,
    outputFiles: outputs.map(({ digest }, index) => ({
      path: `out${index}`,
      digest: messageOf(digest),
    })),
  });
  await actions.put(actionKey, result, toBinary(ActionResultSchema, result), call);
}

async function exitCodeOf({ actions }: TestServices, call: Call): Promise<number | undefined> {
  return (await actions.get(actionKey, call))?.exitCode;
}

async function holds({ store }: TestServices, blob: TestBlob, call: Call): Promise<boolean> {
  const isKnown = (await store.findMissing([blob.digest], call)).length === 0;
  const source = await store.get(blob.digest, { offset: 0 }, call);
  const isRead = source !== undefined && sameBytes(await readAll(source), blob.bytes);
  if (isKnown !== isRead) throw new Error("what is known cannot be read, or the other way round");
  return isRead;
}

describe.for(Object.entries(caches))("over %s, an instance beneath another", ([, createOne]) => {
  it("has the results above it, with their blobs, and puts nothing there", async ({ expect }) => {
    const cache = createOne();
    const [output, own] = [await blobOf(5000, 1), await blobOf(5000, 2)];
    await keepResult(cache, [output], callFor("main"), 1);
    const call = callBy(pullRequest, PR);
    expect(await exitCodeOf(cache, call)).toBe(1);
    expect(await holds(cache, output, call)).toBe(true);

    // One output is its own, the other is only above it.
    await cache.store.put(own.digest, bodyOf(own.bytes), call);
    await keepResult(cache, [own], call, 2);
    expect(await exitCodeOf(cache, call)).toBe(2);
    expect(await exitCodeOf(cache, callFor("main"))).toBe(1);
    expect(await holds(cache, own, callFor("main"))).toBe(false);
  });

  it("may rely on blobs of which some are above it", async ({ expect }) => {
    const cache = createOne();
    const [above, own] = [await blobOf(5000, 1), await blobOf(5000, 2)];
    await cache.store.put(above.digest, bodyOf(above.bytes), callFor("main"));
    const call = callBy(pullRequest, PR);
    expect(await cache.uploads.isPresent(above.digest, call)).toBe(true);
    await cache.store.put(own.digest, bodyOf(own.bytes), call);
    const result = create(ActionResultSchema, {
      outputFiles: [above, own].map(({ digest }, index) => ({
        path: `out${index}`,
        digest: messageOf(digest),
      })),
    });
    await cache.actions.put(actionKey, result, toBinary(ActionResultSchema, result), call);
    expect(await exitCodeOf(cache, call)).toBe(0);
  });

  it("is sent what others find above it, who cannot end that upload", async ({ expect }) => {
    const cache = createOne();
    const blob = await blobOf(5000, 1);
    await cache.store.put(blob.digest, bodyOf(blob.bytes), callFor("main"));
    const alone = callBy([{ instance: PR, rights: ["read", "write"] }], PR);
    const body = new ManualBody();
    const upload = cache.uploads.write(blob.digest, body, alone);
    await body.send(blob.bytes.slice(0, 1000));
    expect(await cache.uploads.isPresent(blob.digest, callBy(pullRequest, PR))).toBe(true);
    await body.send(blob.bytes.slice(1000));
    body.end();
    expect(await upload).toBe("stored");
    expect(await holds(cache, blob, alone)).toBe(true);
  });

  it("falls back where its own result cannot be used", async ({ expect }) => {
    const cache = createOne();
    const [output, gone] = [await blobOf(5000, 1), await blobOf(5000, 2)];
    await keepResult(cache, [output], callFor("main"), 1);
    const call = callBy(pullRequest, PR);
    const result = create(ActionResultSchema, {
      outputFiles: [{ path: "out", digest: messageOf(gone.digest) }],
    });
    await cache.actions.put(actionKey, result, toBinary(ActionResultSchema, result), call);
    expect(await exitCodeOf(cache, call)).toBe(1);
  });

  it("sees nothing of where its caller may not read, beside it or above", async ({ expect }) => {
    const cache = createOne();
    const [secret, other] = [await blobOf(5000, 1), await blobOf(5000, 2)];
    await keepResult(cache, [secret], callFor("main"));
    await keepResult(cache, [other], callFor("main/pr-18"));
    await keepResult(cache, [secret], callFor(""));
    const isolated = callBy([{ instance: PR, rights: ["read", "write"] }], PR);
    expect(await exitCodeOf(cache, isolated)).toBeUndefined();
    for (const blob of [secret, other]) expect(await holds(cache, blob, isolated)).toBe(false);
    const reader = callBy(pullRequest, PR);
    expect(await holds(cache, other, reader)).toBe(false);
  });

  it("shares blobs where that is set, and no results but those above", async ({ expect }) => {
    const cache = createOne();
    const [output, own] = [await blobOf(5000, 1), await blobOf(5000, 2)];
    await keepResult(cache, [output], callFor("main"), 1);
    const call = callBy(pullRequest, PR, ["main"]);
    expect(await exitCodeOf(cache, call)).toBe(1);
    await keepResult(cache, [own, output], call, 2);
    expect(await exitCodeOf(cache, call)).toBe(2);
    expect(await exitCodeOf(cache, callFor("main"))).toBe(1);
    expect(await holds(cache, own, callFor("main"))).toBe(true);
  });
});

it("a lease on what is above is a lease", async ({ expect }) => {
  const cache = createCache({ capacityBytes: 60_000 });
  const output = await blobOf(20_000, 1);
  await keepResult(cache, [output], callFor("main"));
  cache.clock.advance(limits.leaseMs - 1);
  const call = callBy(pullRequest, PR);
  expect(await exitCodeOf(cache, call)).toBe(0);
  cache.clock.advance(limits.leaseMs - 1);
  for (let seed = 2; seed < 6; seed++) {
    const { digest, bytes } = await blobOf(20_000, seed);
    await cache.store.put(digest, bodyOf(bytes), callFor("main")).catch(() => undefined);
  }
  expect(await holds(cache, output, call)).toBe(true);
});
