import { toBinary } from "@bufbuild/protobuf";
import { GetTreeResponseSchema } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { type Blob, blobOf, emptyBlob, randomBlob, resized, upload } from "./blobs.ts";
import { check, type Fixture } from "./check.ts";
import { instance } from "./instance.ts";
import { everyFunction } from "./offer.ts";
import { outcome } from "./outcome.ts";
import { concat } from "../support/bytes.ts";
import { chain, directory, getTree, hashesIn, hashesOf, leaf, parentOf, rawTree } from "./trees.ts";

/** A root with `count` different children; the root is the last. */
async function wideTree(f: Fixture, count: number): Promise<{ root: Blob; all: Blob[] }> {
  const children = Array.from({ length: count }, () => leaf());
  const root = parentOf(Object.fromEntries(children.map((child, index) => [`d${index}`, child])));
  await upload(f, f.instanceName, ...children, root);
  return { root, all: [...children, root] };
}

/** A leaf of about `sizeBytes`. */
function largeLeaf(sizeBytes: number): Blob {
  const symlinks = [{ name: crypto.randomUUID(), target: "x".repeat(sizeBytes) }];
  return directory({ symlinks });
}

const MIB = 1024 * 1024;

export const getTreeChecks = [
  check("9.1", "every directory below the root comes, and the root", async (f) => {
    const [a, b, c] = [leaf(), leaf(), leaf()];
    const middle = parentOf({ a, b });
    const root = parentOf({ middle, c });
    await upload(f, f.instanceName, a, b, c, middle, root);
    const hashes = hashesIn(await getTree(f, root));
    f.expect(hashes.toSorted()).toEqual(hashesOf([a, b, c, middle, root]).toSorted());
    f.expect(hashesIn(await getTree(f, root)), "the order is stable").toEqual(hashes);
  }),

  check("9.2", "an absent root is not found, other gaps are passed over", async (f) => {
    const [present, absent] = [leaf(), leaf()];
    const root = parentOf({ absent, present });
    await upload(f, f.instanceName, present, root);
    f.expect(await outcome(getTree(f, absent))).toBe("NotFound");
    const hashes = hashesIn(await getTree(f, root));
    f.expect(hashes.toSorted()).toEqual(hashesOf([root, present]).toSorted());
  }),

  check("9.3", "one call brings all pages", async (f) => {
    const { root, all } = await wideTree(f, 20);
    const pages = await getTree(f, root, { pageSize: 3 });
    f.expect(pages.length).toBeGreaterThanOrEqual(7);
    for (const { directories } of pages) f.expect(directories.length).toBeLessThanOrEqual(3);
    f.expect(hashesIn(pages).toSorted()).toEqual(hashesOf(all).toSorted());
  }),

  check("9.4", "the token of a page leads to what follows it", async (f) => {
    const { root } = await wideTree(f, 10);
    const pages = await getTree(f, root, { pageSize: 2 });
    f.expect(pages.at(-1)?.nextPageToken).toBe("");
    for (const [index, { nextPageToken }] of pages.slice(0, -1).entries()) {
      f.expect(nextPageToken).not.toBe("");
      const rest = await getTree(f, root, { pageSize: 2, pageToken: nextPageToken });
      f.expect(hashesIn(rest)).toEqual(hashesIn(pages.slice(index + 1)));
    }
  }),

  check("9.5", "a token is for one tree only", async (f) => {
    const { root } = await wideTree(f, 4);
    const { root: other } = await wideTree(f, 4);
    const [first] = await getTree(f, root, { pageSize: 1 });
    const pageToken = first?.nextPageToken ?? "";
    f.expect(await outcome(getTree(f, root, { pageToken }))).toBe("OK");
    const elsewhere = { ...f, instanceName: instance(f, `${f.instanceName}/other`) };
    const foreign = [
      getTree(f, other, { pageToken }),
      getTree(elsewhere, root, { pageToken }),
      getTree(f, root, { pageToken: "nonsense" }),
      getTree(f, root, { pageToken: `${pageToken}x` }),
    ];
    const outcomes = await Promise.all(foreign.map(outcome));
    f.expect(new Set(outcomes)).toEqual(new Set(["InvalidArgument"]));
  }),

  check("9.6", "pages are bounded in number and in bytes", async (f) => {
    const { root } = await wideTree(f, 3);
    f.expect(await outcome(getTree(f, root, { pageSize: -1 }))).toBe("InvalidArgument");
    const large = Array.from({ length: 6 }, () => largeLeaf(700_000));
    const above = parentOf(Object.fromEntries(large.map((child, index) => [`d${index}`, child])));
    await upload(f, f.instanceName, ...large.slice(0, 3));
    await upload(f, f.instanceName, ...large.slice(3), above);
    const pages = await getTree(f, above);
    f.expect(hashesIn(pages)).toHaveLength(7);
    for (const page of pages) {
      f.expect(toBinary(GetTreeResponseSchema, page).byteLength).toBeLessThan(3 * MIB);
    }
  }),

  check("9.7", "a directory in several places comes once", async (f) => {
    const shared = leaf();
    const [a, b] = [parentOf({ shared }), parentOf({ again: shared })];
    const root = parentOf({ a, b, c: shared });
    await upload(f, f.instanceName, shared, a, b, root);
    f.expect(hashesIn(await getTree(f, root)).toSorted()).toEqual(
      hashesOf([root, a, b, shared]).toSorted(),
    );
    // The same hash with another size is another Directory, and there is none.
    const misled = parentOf({ a: { digest: resized(shared) }, b: shared });
    await upload(f, f.instanceName, misled);
    const hashes = hashesIn(await getTree(f, misled));
    f.expect(hashes.toSorted()).toEqual(hashesOf([misled, shared]).toSorted());
  }),

  check("9.8", "the empty directory needs no upload", async (f) => {
    const [page, ...more] = await getTree(f, emptyBlob);
    f.expect(more).toEqual([]);
    f.expect(page?.directories).toHaveLength(1);
    const root = parentOf({ [crypto.randomUUID()]: emptyBlob });
    await upload(f, f.instanceName, root);
    const hashes = hashesIn(await getTree(f, root));
    f.expect(hashes.toSorted()).toEqual(hashesOf([root, emptyBlob]).toSorted());
    for (const { value, token } of await everyFunction(f)) {
      const [empty] = await getTree(f, blobOf(new Uint8Array(), value));
      f.expect(empty?.directories, token).toHaveLength(1);
    }
  }),

  check("9.9", "files are not looked for", async (f) => {
    const root = directory({ files: [{ name: "f", digest: randomBlob().digest }] });
    await upload(f, f.instanceName, root);
    f.expect(hashesIn(await getTree(f, root))).toEqual(hashesOf([root]));
  }),

  check("9.10", "what is no directory is told from what is absent", async (f) => {
    const garbage = blobOf(Uint8Array.of(0xff, 0xff, 0xff, ...randomBlob().data));
    const root = parentOf({ garbage });
    const nameless = directory({ directories: [{ name: crypto.randomUUID() }] });
    await upload(f, f.instanceName, garbage, root, nameless);
    f.expect(await outcome(getTree(f, garbage))).toBe("InvalidArgument");
    f.expect(await outcome(getTree(f, root))).toBe("FailedPrecondition");
    f.expect(await outcome(getTree(f, nameless))).toBe("FailedPrecondition");
  }),

  check("9.12", "a chain of 10 000 directories is walked", async (f) => {
    const directories = chain(10_000);
    const [root] = directories;
    await upload(f, f.instanceName, ...directories);
    const pages = root === undefined ? [] : await getTree(f, root);
    f.expect(pages.flatMap((page) => page.directories)).toHaveLength(directories.length);
  }),

  check("9.14", "children are named in the function of the root", async (f) => {
    for (const { value, token } of await everyFunction(f)) {
      const child = leaf(value);
      const root = parentOf({ child }, value);
      await upload(f, f.instanceName, child, root);
      const hashes = hashesIn(await getTree(f, root), value);
      f.expect(hashes.toSorted(), token).toEqual(hashesOf([child, root]).toSorted());
    }
  }),

  check("9.15", "directories keep the bytes they were stored as", async (f) => {
    // Fields in an order that no encoder would choose, an unknown one between them.
    const known = leaf().data;
    const odd = blobOf(concat([Uint8Array.of(0xf8, 7, 1), known, Uint8Array.of(0xf0, 7, 2)]));
    const root = parentOf({ odd });
    await upload(f, f.instanceName, odd, root);
    f.expect(await rawTree(f, root)).toEqual([root.data, odd.data]);
  }),
];
