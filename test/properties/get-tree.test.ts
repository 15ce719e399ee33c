import fc from "fast-check";
import { describe, it } from "vitest";
import { formatDigest } from "../../shared/digest/digest.ts";
import type { TreePage } from "../../shared/services/tree-service.ts";
import { bodyOf } from "../support/bodies.ts";
import { absentDigest } from "../support/blobs.ts";
import { sameBytes } from "../support/bytes.ts";
import { createCache, type TestCache } from "../support/cache.ts";
import { callFor } from "../support/calls.ts";
import { listOf } from "../support/list-of.ts";
import { fewRuns } from "../support/runs.ts";
import { directoryOf, type TestDirectory } from "../support/trees.ts";

/** A directory by the ones before it that are its children, its files, and whether anyone uploaded it. */
interface Sketch {
  readonly children: readonly number[];
  readonly files: readonly number[];
  readonly absent: boolean;
}

const sketches: fc.Arbitrary<readonly Sketch[]> = fc.array(
  fc.record({
    children: fc.array(fc.nat(), { maxLength: 4 }),
    files: fc.array(fc.nat(2), { maxLength: 3 }),
    absent: fc.nat(9).map((n) => n === 0),
  }),
  { minLength: 1, maxLength: 25 },
);

interface Graph {
  readonly root: TestDirectory;
  /** What is in the cache, by digest. */
  readonly present: ReadonlyMap<string, TestDirectory>;
}

/** Builds the graph bottom up, so that it has no cycles but many shared parts; the last directory is the root. */
async function build(cache: TestCache, list: readonly Sketch[]): Promise<Graph> {
  const built: TestDirectory[] = [];
  const present = new Map<string, TestDirectory>();
  for (const [index, { children, files, absent }] of list.entries()) {
    const digests = children.flatMap((child) => built[child % Math.max(index, 1)]?.digest ?? []);
    const directory = await directoryOf(
      files.map((file) => absentDigest(file)),
      digests,
    );
    built.push(directory);
    const isRoot = index === list.length - 1;
    // A Directory of nothing is the empty blob, which is always there.
    if (absent && !isRoot && directory.bytes.byteLength > 0) continue;
    await cache.memory.put(directory.digest, bodyOf(directory.bytes), callFor());
    present.set(formatDigest(directory.digest), directory);
  }
  const root = built.at(-1);
  if (root === undefined) throw new Error("an empty graph");
  return { root, present };
}

/** What the REAPI asks for, in the plainest way: breadth first, each once, absent ones left out. */
function walk({ root, present }: Graph): readonly string[] {
  const order = [formatDigest(root.digest)];
  for (let next = 0; next < order.length; next++) {
    const nodes = present.get(order[next] ?? "")?.message.directories ?? [];
    for (const { digest } of nodes) {
      const name = `${digest?.hash}/${digest?.sizeBytes}`;
      if (!order.includes(name)) order.push(name);
    }
  }
  return order.filter((name) => present.has(name));
}

describe("GetTree", () => {
  it("walks the same tree at any page size, and from any token", async ({ expect }) => {
    await fc.assert(
      fc.asyncProperty(sketches, fc.integer({ min: 0, max: 30 }), async (list, pageSize) => {
        const cache = createCache();
        const graph = await build(cache, list);
        const wanted = walk(graph);
        const names = (pages: readonly TreePage[]): readonly string[] => {
          const bytes = pages.flatMap(({ directories }) => directories.map((one) => one.bytes));
          return bytes.map((one) => nameOf(graph, one));
        };
        const pagesFrom = async (pageToken: string): Promise<readonly TreePage[]> => {
          const request = { root: graph.root.digest, pageSize, pageToken };
          return await listOf(cache.trees.pages(request, callFor()));
        };

        const pages = await pagesFrom("");
        expect(names(pages)).toEqual(wanted);
        expect(pages.at(-1)?.nextPageToken).toBe("");
        for (const [index, { directories, nextPageToken }] of pages.entries()) {
          if (pageSize > 0) expect(directories.length).toBeLessThanOrEqual(pageSize);
          if (index === pages.length - 1) continue;
          expect(directories.length).toBeGreaterThan(0);
          expect(names(await pagesFrom(nextPageToken))).toEqual(names(pages.slice(index + 1)));
        }
      }),
      fewRuns,
    );
  });
});

function nameOf({ present }: Graph, bytes: Uint8Array): string {
  for (const [name, directory] of present) {
    if (sameBytes(directory.bytes, bytes)) return name;
  }
  return "something that was never put";
}
