import { create, toBinary } from "@bufbuild/protobuf";
import { describe, it } from "vitest";
import { limits } from "../../shared/limits.ts";
import { TreeSchema } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import type { BlobStore } from "../../shared/stores/blob-store.ts";
import { isHit, writeResult } from "../support/action-results.ts";
import { absentDigest, blobOf } from "../support/blobs.ts";
import { bytesOf } from "../support/bytes.ts";
import { createCache } from "../support/cache.ts";
import { overriding } from "../support/overriding.ts";
import { directoryOf, messageOf, treeOf } from "../support/trees.ts";

describe("an action result is a hit only when nothing it needs is missing:", () => {
  it.for(["an output file", "stdout", "stderr"])("%s", async (what, { expect }) => {
    const cache = createCache();
    const [present, awaited] = [await cache.keep(bytesOf(10, 1)), await blobOf(10, 2)];
    const digest = messageOf(awaited.digest);
    await writeResult(cache, {
      outputFiles: [
        { path: "present", digest: messageOf(present.digest) },
        ...(what === "an output file" ? [{ path: "awaited", digest }] : []),
      ],
      ...(what === "stdout" ? { stdoutDigest: digest } : {}),
      ...(what === "stderr" ? { stderrDigest: digest } : {}),
    });
    expect(await isHit(cache)).toBe(false);
    await cache.keep(awaited.bytes);
    expect(await isHit(cache)).toBe(true);
  });

  it("a Tree that comes after the result, and then its files", async ({ expect }) => {
    const cache = createCache();
    const [inRoot, inChild] = [await blobOf(10, 1), await blobOf(10, 2)];
    const tree = await treeOf(
      await directoryOf([inRoot.digest]),
      await directoryOf([inChild.digest]),
    );
    await writeResult(cache, {
      outputDirectories: [{ path: "out", treeDigest: messageOf(tree.digest) }],
    });
    for (const part of [tree, inRoot, inChild]) {
      expect(await isHit(cache)).toBe(false);
      await cache.keep(part.bytes);
    }
    expect(await isHit(cache)).toBe(true);
  });

  it("a Tree that was there before the result, but not all of its files", async ({ expect }) => {
    const cache = createCache();
    const file = await blobOf(10, 1);
    const tree = await cache.keep((await treeOf(await directoryOf([file.digest]))).bytes);
    await writeResult(cache, {
      outputDirectories: [{ path: "out", treeDigest: messageOf(tree.digest) }],
    });
    expect(await isHit(cache)).toBe(false);
    await cache.keep(file.bytes);
    expect(await isHit(cache)).toBe(true);
  });

  it("the Directories under a root_directory_digest, and their files", async ({ expect }) => {
    const cache = createCache();
    const [shallow, deep] = [await blobOf(10, 1), await blobOf(10, 2)];
    const leaf = await directoryOf([deep.digest]);
    const middle = await directoryOf([], [leaf.digest]);
    const root = await directoryOf([shallow.digest], [middle.digest, leaf.digest]);
    await writeResult(cache, {
      outputDirectories: [{ path: "out", rootDirectoryDigest: messageOf(root.digest) }],
    });
    for (const part of [root, middle, leaf, shallow, deep]) {
      expect(await isHit(cache)).toBe(false);
      await cache.keep(part.bytes);
    }
    expect(await isHit(cache)).toBe(true);
  });

  it("a Directory below the root that some action wrote as a file, too", async ({ expect }) => {
    const cache = createCache();
    const file = await blobOf(10);
    const leaf = await directoryOf([file.digest]);
    const root = await directoryOf([], [leaf.digest]);
    for (const part of [leaf, root]) await cache.keep(part.bytes);
    await writeResult(cache, {
      outputFiles: [{ path: "a-directory-message.bin", digest: messageOf(leaf.digest) }],
      outputDirectories: [{ path: "out", rootDirectoryDigest: messageOf(root.digest) }],
    });
    expect(await isHit(cache)).toBe(false);
    await cache.keep(file.bytes);
    expect(await isHit(cache)).toBe(true);
  });

  it("nothing at all, where the outputs are empty", async ({ expect }) => {
    const cache = createCache();
    const empty = messageOf((await blobOf(0)).digest);
    await writeResult(cache, {
      outputFiles: [{ path: "empty", digest: empty }],
      outputDirectories: [
        { path: "no-tree", treeDigest: empty },
        { path: "no-root", rootDirectoryDigest: empty },
      ],
      stdoutDigest: empty,
    });
    expect(await isHit(cache)).toBe(true);
  });
});

describe("an action result whose needs cannot be told is a miss:", () => {
  it("its Tree is not a Tree", async ({ expect }) => {
    const cache = createCache();
    const tree = await cache.keep(new TextEncoder().encode("no protobuf at all"));
    await writeResult(cache, {
      outputDirectories: [{ path: "out", treeDigest: messageOf(tree.digest) }],
    });
    expect(await isHit(cache)).toBe(false);
  });

  it("its Tree holds something that is not a digest", async ({ expect }) => {
    const cache = createCache();
    const bad = { name: "bad", digest: { hash: "../../etc/passwd", sizeBytes: 3n } };
    const bytes = toBinary(TreeSchema, create(TreeSchema, { root: { files: [bad] } }));
    const tree = await cache.keep(bytes);
    await writeResult(cache, {
      outputDirectories: [{ path: "out", treeDigest: messageOf(tree.digest) }],
    });
    expect(await isHit(cache)).toBe(false);
  });

  it.for([
    ["Tree", "treeDigest", limits.treeBytes],
    ["Directory", "rootDirectoryDigest", limits.directoryBytes],
  ] as const)(
    "its %s is too large, which is not even read",
    async ([, field, limit], { expect }) => {
      let asked = 0;
      const get: BlobStore["get"] = () => {
        asked += 1;
        return Promise.resolve(undefined);
      };
      const findMissing: BlobStore["findMissing"] = () => Promise.resolve([]);
      const cache = createCache({ decorate: (base) => overriding(base, { findMissing, get }) });
      const digest = messageOf(absentDigest(0, limit + 1));
      await writeResult(cache, { outputDirectories: [{ path: "out", [field]: digest }] });
      expect(await isHit(cache)).toBe(false);
      expect(asked).toBe(0);
    },
  );
});
