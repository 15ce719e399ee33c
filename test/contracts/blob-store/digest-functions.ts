import { describe, it } from "vitest";
import { allDigestFunctions } from "../../../shared/digest/digest-function.ts";
import { bodyOf } from "../../support/bodies.ts";
import { blobOf } from "../../support/blobs.ts";
import { KIB, readAll, sameBytes } from "../../support/bytes.ts";
import { callFor } from "../../support/calls.ts";
import { type BlobStoreTraits, holds, isMissing, put } from "./under-test.ts";

/** A store holds blobs of any function, whatever the length of its hashes, and believes none of them unchecked. */
export function describeDigestFunctions({ create }: BlobStoreTraits): void {
  describe.for(allDigestFunctions)("a blob of %s", (name) => {
    it.for([0, 1000, 300 * KIB])("comes back, of %i bytes", async (size, { expect }) => {
      await using test = await create();
      const blob = await blobOf(size, 1, name);
      await put(test.store, blob);
      expect(await isMissing(test.store, blob.digest)).toBe(false);
      expect(await holds(test.store, blob)).toBe(true);
      const { sizeBytes: _, ...sizeless } = blob.digest;
      const source = await test.store.get(sizeless, { offset: 0 }, callFor());
      expect(source && sameBytes(await readAll(source), blob.bytes)).toBe(true);
    });

    it.for([10, 300 * KIB])("is not any other %i bytes", async (size, { expect }) => {
      await using test = await create();
      const { digest, bytes } = await blobOf(size, 1, name);
      const other = bytes.with(-1, (bytes.at(-1) ?? 0) ^ 1);
      const upload = test.store.put(digest, bodyOf(other), callFor());
      await expect(upload).rejects.toMatchObject({ code: "invalid-argument" });
      expect(await isMissing(test.store, digest)).toBe(true);
    });
  });
}
