import { create, toBinary } from "@bufbuild/protobuf";
import { describe, it } from "vitest";
import { limits } from "../../shared/limits.ts";
import {
  type ActionResult,
  ActionResultSchema,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { inlineOutputs, type InlineWishes } from "../../shared/services/inline-outputs.ts";
import { digestsOf } from "../../shared/services/request-digests.ts";
import { absentDigest } from "../support/blobs.ts";
import { bytesOf, KIB, MIB } from "../support/bytes.ts";
import { createCache, type TestCache } from "../support/cache.ts";
import { callFor } from "../support/calls.ts";
import { messageOf } from "../support/trees.ts";

const nothing: InlineWishes = { stdout: false, stderr: false, files: [] };

async function inline(
  cache: TestCache,
  stored: ActionResult,
  wishes: Partial<InlineWishes>,
): Promise<ActionResult> {
  return await inlineOutputs(
    stored,
    { ...nothing, ...wishes },
    { digests: digestsOf("sha256", cache.functions), blobs: cache.store, call: callFor() },
  );
}

describe("inlineOutputs", () => {
  it("puts in what was wished for, and takes out what was not", async ({ expect }) => {
    const cache = createCache();
    const [out, err, file] = [
      await cache.keep(bytesOf(10, 1)),
      await cache.keep(bytesOf(10, 2)),
      await cache.keep(bytesOf(10, 3)),
    ];
    const stored = create(ActionResultSchema, {
      stdoutDigest: messageOf(out.digest),
      stderrDigest: messageOf(err.digest),
      stderrRaw: err.bytes,
      outputFiles: [
        { path: "wished", digest: messageOf(file.digest) },
        { path: "not wished", digest: messageOf(file.digest), contents: file.bytes },
      ],
    });
    const wishes = { stdout: true, files: ["wished", "not there"] };
    const result = await inline(cache, stored, wishes);
    expect(result.stdoutRaw).toEqual(out.bytes);
    expect(result.stderrRaw).toEqual(new Uint8Array());
    expect(result.outputFiles.map(({ contents }) => contents)).toEqual([
      file.bytes,
      new Uint8Array(),
    ]);
    expect(stored.stderrRaw).toEqual(err.bytes);
  });

  it("keeps contents that have no digest: they are nowhere else", async ({ expect }) => {
    const cache = createCache();
    const stored = create(ActionResultSchema, {
      stdoutRaw: bytesOf(5),
      outputFiles: [{ path: "f", contents: bytesOf(6) }],
    });
    const result = await inline(cache, stored, nothing);
    expect(result.stdoutRaw).toEqual(bytesOf(5));
    expect(result.outputFiles[0]?.contents).toEqual(bytesOf(6));
  });

  it("leaves a digest where the blob is gone or empty", async ({ expect }) => {
    const cache = createCache();
    const stored = create(ActionResultSchema, {
      stdoutDigest: messageOf(absentDigest()),
      stderrDigest: messageOf(absentDigest(0, 0)),
    });
    const result = await inline(cache, stored, { stdout: true, stderr: true });
    expect([result.stdoutRaw.byteLength, result.stderrRaw.byteLength]).toEqual([0, 0]);
    expect(result.stdoutDigest).toMatchObject(messageOf(absentDigest()));
  });

  it("fills a response as far as it goes, and no further", async ({ expect }) => {
    const cache = createCache();
    const blobs = [];
    for (const size of [3 * MIB, 2 * MIB, 900 * KIB, 900 * KIB, 10]) {
      blobs.push(await cache.keep(bytesOf(size, size)));
    }
    const stored = create(ActionResultSchema, {
      outputFiles: blobs.map(({ digest }, index) => ({
        path: `f${index}`,
        digest: messageOf(digest),
      })),
    });
    const files = stored.outputFiles.map(({ path }) => path);
    const result = await inline(cache, stored, { files });
    const sizes = result.outputFiles.map(({ contents }) => contents.byteLength);
    expect(sizes).toEqual([3 * MIB, 0, 900 * KIB, 0, 10]);
    const bytes = toBinary(ActionResultSchema, result).byteLength;
    expect(bytes).toBeLessThan(limits.responseMessageBytes);
  });

  it("counts what the result takes without them", async ({ expect }) => {
    const cache = createCache();
    const blob = await cache.keep(bytesOf(2 * MIB));
    const stored = create(ActionResultSchema, {
      stdoutRaw: bytesOf(3 * MIB),
      stderrDigest: messageOf(blob.digest),
    });
    const result = await inline(cache, stored, { stderr: true });
    expect(result.stderrRaw.byteLength).toBe(0);
  });
});
