import { create, toBinary } from "@bufbuild/protobuf";
import { describe, it } from "vitest";
import type { Digest } from "../../shared/digest/digest.ts";
import { limits } from "../../shared/limits.ts";
import { DirectorySchema } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import type { TreePage, TreeRequest } from "../../shared/services/tree-service.ts";
import { absentDigest, blobFrom } from "../support/blobs.ts";
import { bodyOf } from "../support/bodies.ts";
import { concat, MIB } from "../support/bytes.ts";
import { createCache, type TestCache } from "../support/cache.ts";
import { abortableCall, callFor } from "../support/calls.ts";
import { listOf } from "../support/list-of.ts";
import { CallCounter } from "../support/overriding.ts";
import { directoryOf, messageOf, type TestDirectory } from "../support/trees.ts";

async function walk(
  { trees }: TestCache,
  root: Digest,
  options: Partial<TreeRequest> = {},
  call = callFor(),
): Promise<readonly TreePage[]> {
  return await listOf(trees.pages({ root, pageSize: 0, pageToken: "", ...options }, call));
}

function bytesIn(pages: readonly TreePage[]): readonly Uint8Array[] {
  return pages.flatMap(({ directories }) => directories.map(({ bytes }) => bytes));
}

/** A root with `count` subdirectories, all in the cache. */
async function keepFlat(cache: TestCache, count: number): Promise<TestDirectory> {
  const children: Digest[] = [];
  for (let index = 0; index < count; index++) {
    const child = await directoryOf([absentDigest(index)]);
    children.push((await cache.keep(child.bytes)).digest);
  }
  const root = await directoryOf([], children);
  await cache.keep(root.bytes);
  return root;
}

describe("GetTree", () => {
  it("gives each Directory once, and reads it once, where paths to it double", async ({
    expect,
  }) => {
    const counter = new CallCounter();
    const cache = createCache(counter);
    let directory = await directoryOf([absentDigest()]);
    await cache.keep(directory.bytes);
    for (let depth = 1; depth < 40; depth++) {
      directory = await directoryOf([], [directory.digest, directory.digest]);
      await cache.keep(directory.bytes);
    }
    const pages = await walk(cache, directory.digest);
    expect(bytesIn(pages)).toHaveLength(40);
    expect(counter.gets).toBe(40);
  });

  it("passes over what is missing below the root, and what only that leads to", async ({
    expect,
  }) => {
    const cache = createCache();
    const below = await directoryOf([absentDigest(1)]);
    const missing = await directoryOf([absentDigest(2)], [below.digest]);
    const sibling = await directoryOf([absentDigest(3)]);
    const root = await directoryOf([], [missing.digest, sibling.digest]);
    for (const { bytes } of [below, sibling, root]) await cache.keep(bytes);
    expect(bytesIn(await walk(cache, root.digest))).toEqual([root.bytes, sibling.bytes]);
  });

  it("is not misled by another size beside a Directory's hash", async ({ expect }) => {
    const cache = createCache();
    const child = await directoryOf([absentDigest(1)]);
    const { digest } = await cache.keep(child.bytes);
    const root = await directoryOf([], [{ ...digest, sizeBytes: digest.sizeBytes + 1 }, digest]);
    await cache.keep(root.bytes);
    expect(bytesIn(await walk(cache, root.digest))).toEqual([root.bytes, child.bytes]);
  });

  it("gives the bytes that were uploaded, canonical or not", async ({ expect }) => {
    const cache = createCache();
    const file = { name: "b", digest: messageOf(absentDigest()) };
    const parts = [
      { files: [{ ...file, name: "z" }] },
      { symlinks: [{ name: "s" }] },
      { files: [file] },
    ];
    const records = parts.map((part) => toBinary(DirectorySchema, create(DirectorySchema, part)));
    const unknownField = Uint8Array.of(0xa2, 0x06, 2, 0xff, 0x00);
    const root = await cache.keep(concat([...records, unknownField]));
    expect(bytesIn(await walk(cache, root.digest))).toEqual([root.bytes]);
  });

  it("ends a page before it grows too large for a client", async ({ expect }) => {
    const cache = createCache();
    const name = "n".repeat(300_000);
    const children: Digest[] = [];
    for (let index = 0; index < 12; index++) {
      const files = [{ name: `${name}${index}`, digest: messageOf(absentDigest()) }];
      const bytes = toBinary(DirectorySchema, create(DirectorySchema, { files }));
      children.push((await cache.keep(bytes)).digest);
    }
    const root = await cache.keep((await directoryOf([], children)).bytes);
    const pages = await walk(cache, root.digest);
    const sizes = pages.map((page) => concat(bytesIn([page])).byteLength);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(limits.treePageBytes);
    expect(sizes.length).toBeLessThan(6);
    expect(bytesIn(pages)).toHaveLength(13);
  });

  it("gives a Directory that is larger than a page a page of its own", async ({ expect }) => {
    const cache = createCache();
    const leaf = await cache.keep((await directoryOf([absentDigest()])).bytes);
    const named = (name: string, digest: Digest): Uint8Array => {
      const directories = [{ name, digest: messageOf(digest) }];
      return toBinary(DirectorySchema, create(DirectorySchema, { directories }));
    };
    const middle = await cache.keep(named("n".repeat(2 * MIB), leaf.digest));
    const root = await cache.keep(named("m".repeat(2 * MIB), middle.digest));
    const pages = await walk(cache, root.digest);
    expect(pages.map(({ directories }) => directories.length)).toEqual([1, 1, 1]);
  });

  it("walks Directories of the function that the root has", async ({ expect }) => {
    const cache = createCache();
    const leaf = await blobFrom((await directoryOf([absentDigest()])).bytes, "blake3");
    const root = await blobFrom((await directoryOf([], [leaf.digest])).bytes, "blake3");
    for (const { digest, bytes } of [leaf, root]) {
      await cache.memory.put(digest, bodyOf(bytes), callFor());
    }
    expect(bytesIn(await walk(cache, root.digest))).toEqual([root.bytes, leaf.bytes]);
  });

  it("ends when its client goes away", async ({ expect }) => {
    const cache = createCache();
    const root = await keepFlat(cache, 100);
    const { call, reason, abort } = abortableCall();
    const pages = cache.trees.pages({ root: root.digest, pageSize: 1, pageToken: "" }, call);
    await pages.next();
    abort();
    await expect(listOf(pages)).rejects.toBe(reason);
  });
});

describe("GetTree refuses", () => {
  it("a root that is absent", async ({ expect }) => {
    const walked = walk(createCache(), absentDigest());
    await expect(walked).rejects.toMatchObject({ code: "not-found" });
  });

  it("a root that is no Directory, or too large to be one", async ({ expect }) => {
    const cache = createCache();
    const text = await cache.keep(new TextEncoder().encode("no protobuf at all"));
    const refusal = { name: "RequestError", code: "invalid-argument" };
    await expect(walk(cache, text.digest)).rejects.toMatchObject(refusal);
    const huge = absentDigest(0, limits.directoryBytes + 1);
    await expect(walk(cache, huge)).rejects.toMatchObject(refusal);
  });

  it("a tree with something else in a Directory's place", async ({ expect }) => {
    const cache = createCache();
    const text = await cache.keep(new TextEncoder().encode("no protobuf at all"));
    const huge = absentDigest(0, limits.directoryBytes + 1);
    const refusal = { name: "RequestError", code: "failed-precondition" };
    for (const child of [text.digest, huge]) {
      const root = await cache.keep((await directoryOf([], [child])).bytes);
      await expect(walk(cache, root.digest)).rejects.toMatchObject(refusal);
    }
    const nameless = create(DirectorySchema, { directories: [{ name: "no digest" }] });
    const root = await cache.keep(toBinary(DirectorySchema, nameless));
    await expect(walk(cache, root.digest)).rejects.toMatchObject(refusal);
  });

  it("a tree of more Directories than anybody has", async ({ expect }) => {
    const cache = createCache();
    const names = Array.from({ length: 40_000 }, (_, index) => index);
    const children: Digest[] = [];
    for (const third of [0, 1, 2]) {
      const absent = names.map((index) => absentDigest(third * names.length + index));
      children.push((await cache.keep((await directoryOf([], absent)).bytes)).digest);
    }
    const root = await cache.keep((await directoryOf([], children)).bytes);
    expect(3 * names.length).toBeGreaterThan(limits.treeDirectories);
    const walked = walk(cache, root.digest);
    await expect(walked).rejects.toMatchObject({ code: "resource-exhausted" });
  });

  it("a negative page size", async ({ expect }) => {
    const walked = walk(createCache(), absentDigest(), { pageSize: -1 });
    await expect(walked).rejects.toMatchObject({ code: "invalid-argument" });
  });

  it("a token that it did not give for this tree", async ({ expect }) => {
    const cache = createCache();
    const [root, other] = [await keepFlat(cache, 5), await keepFlat(cache, 6)];
    const [page] = await walk(cache, root.digest, { pageSize: 2 });
    const token = page?.nextPageToken ?? "";
    const wrong = [
      "x",
      "2",
      "-1",
      "NaN",
      `${token} `,
      ` ${token}`,
      `0${token}`,
      `+${token}`,
      token.replace(/^\d+/, "-2"),
      token.replace(/^\d+/, "NaN"),
      token.replace(/^\d+/, "2.5"),
      token.replace(/^\d+/, "1e1"),
      token.replace(/^\d+/, ""),
      token.slice(0, -1),
      token.toUpperCase(),
    ];
    for (const pageToken of wrong) {
      const walked = walk(cache, root.digest, { pageToken });
      await expect(walked, pageToken).rejects.toMatchObject({ code: "invalid-argument" });
    }
    const elsewhere = walk(cache, other.digest, { pageToken: token });
    await expect(elsewhere).rejects.toMatchObject({ code: "invalid-argument" });
    const instance = walk(cache, root.digest, { pageToken: token }, callFor("other"));
    await expect(instance).rejects.toMatchObject({ code: "invalid-argument" });
  });

  it("nothing of a token past the end, which leaves nothing to give", async ({ expect }) => {
    const cache = createCache();
    const root = await keepFlat(cache, 5);
    const [page] = await walk(cache, root.digest, { pageSize: 2 });
    const pageToken = (page?.nextPageToken ?? "").replace(/^\d+/, "1000000");
    const pages = await walk(cache, root.digest, { pageToken });
    expect(pages).toEqual([{ directories: [], nextPageToken: "" }]);
  });
});
