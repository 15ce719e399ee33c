import { describe, it } from "vitest";
import {
  allDigestFunctions,
  type DigestFunction,
  digestFunctions,
} from "../../../shared/digest/digest-function.ts";
import { parseHash } from "../../../shared/digest/digest.ts";
import { parseInstanceName } from "../../../shared/digest/instance-name.ts";
import type { FullRow } from "../../../shared/stores/indexed/blob-index.ts";
import {
  actionKey,
  blobKey,
  type Reference,
  referenceBytes,
  type RowKey,
} from "../../../shared/stores/indexed/row-key.ts";
import { withoutContent } from "../../../shared/stores/indexed/row-size.ts";
import { bytesOf, sameBytes } from "../../support/bytes.ts";
import {
  actionKeyAt,
  blobKeyAt,
  digestAt,
  inlineRow,
  LEASE_ENDS_MS,
  longestKey,
  relyingRow,
  rowAt,
} from "../../support/rows.ts";
import {
  anySignal,
  type BlobIndexTraits,
  commit,
  commitAll,
  leaseEnds,
  read,
  readAll,
} from "./under-test.ts";

const everyByte = Uint8Array.from({ length: 512 }, (_, index) => index % 256);

/** Other kinds, scopes and functions; a hash with two sizes; one reference twice: and all in no order. */
const strangeReferences: readonly Reference[] = [
  { key: blobKeyAt(9), sizeBytes: 0 },
  { key: actionKeyAt(5), sizeBytes: 7 },
  { key: blobKeyAt(3), sizeBytes: 2 ** 40 },
  { key: blobKeyAt(9), sizeBytes: 1 },
  { key: blobKeyAt(3, "main/pr-17"), sizeBytes: 5 },
  { key: longestKey(), sizeBytes: 5 },
  { key: blobKey({ ...digestAt(3), function: "blake3" }, parseInstanceName("")), sizeBytes: 5 },
  { key: blobKeyAt(9), sizeBytes: 0 },
  ...allDigestFunctions.map((name) => ({ key: keyOf(name), sizeBytes: 3 })),
];

function keyOf(name: DigestFunction): RowKey {
  const digits = "0123456789abcdef".repeat(9).slice(0, digestFunctions[name].hashLength);
  return blobKey({ function: name, hash: parseHash(name, digits, "hash") }, parseInstanceName(""));
}

const kinds: readonly { readonly name: string; readonly row: FullRow }[] = [
  { name: "a blob in an object", row: rowAt(1) },
  { name: "a large blob", row: rowAt(1, { sizeBytes: 2 ** 46 + 1 }) },
  { name: "the longest key", row: rowAt(1, { key: longestKey() }) },
  { name: "a lease in the far future", row: rowAt(1, { leaseEndsMs: Date.UTC(2400, 5, 5) + 7 }) },
  { name: "a lease that ended long ago", row: rowAt(1, { leaseEndsMs: 1 }) },
  { name: "an empty blob in its row", row: inlineRow(1, new Uint8Array()) },
  { name: "one byte in its row", row: inlineRow(1, Uint8Array.of(0)) },
  { name: "bytes of every value", row: inlineRow(1, everyByte) },
  { name: "what looks like a text's end", row: inlineRow(1, Uint8Array.of(0xff, 0xfe, 0, 0, 0)) },
  {
    name: "an action result that relies on nothing",
    row: relyingRow(1, [], { standsAlone: true }),
  },
  { name: "an action result that lists nothing", row: relyingRow(1, []) },
  { name: "an action result in an object", row: rowAt(1, { standsAlone: false }) },
  { name: "an action result and its list", row: relyingRow(1, strangeReferences) },
];

/** What goes in comes out, and nothing else does. */
export function describeRoundTrips({ create }: BlobIndexTraits): void {
  describe("rows", () => {
    it.for(kinds)("gives back $name", async ({ row }, { expect }) => {
      await using test = await create();
      expect(await commit(test.index, row)).toEqual(withoutContent(row));
      expect(await read(test.index, row.key)).toEqual(row);
    });

    it.for(kinds)("gives $name without what makes it large", async ({ row }, { expect }) => {
      await using test = await create();
      await commit(test.index, row);
      const how = { contents: false, consistent: true };
      const found = await test.index.lookUp([row.key], how, anySignal());
      expect(found.rows.get(row.key)).toEqual({ ...row, content: undefined, references: [] });
    });

    it("takes content up to its limit", async ({ expect }) => {
      await using test = await create();
      const { maxRowBytes } = test.index;
      for (const size of [maxRowBytes - 1, maxRowBytes]) {
        const row = inlineRow(size, bytesOf(size));
        await commit(test.index, row);
        const found = await read(test.index, row.key);
        expect(found?.content && sameBytes(found.content, bytesOf(size))).toBe(true);
      }
    });

    it.for([0, 1 / 2, 1])(
      "takes content and references up to its limit, %f of it content",
      async (share, { expect }) => {
        await using test = await create();
        const { maxRowBytes } = test.index;
        const each = referenceBytes({ key: blobKeyAt(0), sizeBytes: 0 });
        const count = Math.floor((maxRowBytes * (1 - share)) / each);
        const references = Array.from({ length: count }, (_, index) => {
          return { key: blobKeyAt(count - index), sizeBytes: 2 ** 40 + index };
        });
        const row = relyingRow(1, references, { content: bytesOf(maxRowBytes - count * each) });
        await commit(test.index, row);
        const found = await read(test.index, row.key);
        expect(found?.references).toEqual(references);
        expect(found?.content && row.content && sameBytes(found.content, row.content)).toBe(true);
      },
    );

    it("keeps copies, so that the writer may use its memory again", async ({ expect }) => {
      await using test = await create();
      const request = bytesOf(300);
      const references = [{ key: blobKeyAt(3), sizeBytes: 1 }];
      const row = relyingRow(1, references, { content: request.subarray(100, 200) });
      await commit(test.index, row);
      request.fill(0);
      references.pop();
      const found = await read(test.index, row.key);
      expect(found?.content).toEqual(bytesOf(300).slice(100, 200));
      expect(found?.references).toHaveLength(1);
    });
  });

  describe("keys", () => {
    it("keeps apart what differs in its scope, its kind or its function alone", async ({
      expect,
    }) => {
      await using test = await create();
      const instances = [
        "",
        "main",
        "Main",
        "main/linux",
        "main-linux",
        "_",
        "_2e",
        ".",
        "..",
        "ä",
      ];
      const scopes = instances.map((name) => parseInstanceName(name));
      const names = [digestAt(1), { ...digestAt(1), function: "blake3" } as const];
      const keys = scopes.flatMap((scope) =>
        names.flatMap((name) => [blobKey(name, scope), actionKey(name, scope)]),
      );
      for (const [index, key] of keys.entries()) {
        expect(await read(test.index, key)).toBeUndefined();
        await commit(test.index, inlineRow(index, Uint8Array.of(index), { key }));
      }
      const found = await readAll(test.index, keys);
      expect(keys.map((key) => found.get(key)?.content?.[0])).toEqual([...keys.keys()]);
      expect(new Set(keys).size).toBe(4 * instances.length);
    });

    it("knows no clock but the caller's: a lease that has ended hides nothing", async ({
      expect,
    }) => {
      await using test = await create();
      const ends = [0, 1, LEASE_ENDS_MS, Date.UTC(2400, 0, 1)];
      const rows = ends.map((leaseEndsMs, index) => rowAt(index, { leaseEndsMs }));
      await commitAll(test.index, rows);
      expect(await leaseEnds(test.index, rows)).toEqual(ends);
    });
  });
}
