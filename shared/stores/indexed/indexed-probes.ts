import { emptyDigest } from "../../digest/digest.ts";
import { parseInstanceName } from "../../digest/instance-name.ts";
import type { StoreProbe } from "../store-probe.ts";
import type { IndexedParts } from "./indexed-parts.ts";
import { objectKeyOf } from "./object-key.ts";
import { blobKey, type RowKey } from "./row-key.ts";
import { newUploadId } from "./upload-id.ts";

const nothing = emptyDigest("sha256");

function keyOfNothing(): RowKey {
  return blobKey(nothing, parseInstanceName(""));
}

type Parts = Pick<IndexedParts, "index" | "objects" | "clock" | "fillRandom">;

/** Asks the table for one row, whose lease is not renewed, and the bucket for an object that is not there: one billed read of each. */
export function indexedProbes({ index, objects, clock, fillRandom }: Parts): readonly StoreProbe[] {
  return [
    {
      store: "index",
      ask: async (signal) =>
        await index.lookUp([keyOfNothing()], { contents: false, consistent: false }, signal),
    },
    {
      store: "objects",
      ask: async (signal) => {
        const object = { key: keyOfNothing(), upload: newUploadId(clock, fillRandom) };
        return await objects.inspect(objectKeyOf(object), nothing, signal);
      },
    },
  ];
}
