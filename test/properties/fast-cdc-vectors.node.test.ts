import { readFile } from "node:fs/promises";
import { env } from "node:process";
import { describe, it } from "vitest";
import { FastCdc2020 } from "../../shared/chunking/fast-cdc-2020.ts";
import { blobFrom } from "../support/blobs.ts";

/**
 * The picture that the API's published vectors are about: test/fixtures/SekienAkashita.jpg of the Rust crate fastcdc. It is not ours to
 * keep here, so whoever has it names it.
 */
const picture = env["HAYLOFT_FASTCDC_PICTURE"];

const vectors = [
  { seed: 0, lengths: [19_186, 19_279, 17_354, 16_387, 19_940, 17_320] },
  { seed: 666, lengths: [17_635, 17_334, 19_136, 17_467, 23_593, 14_301] },
];

describe.skipIf(picture === undefined)("the published vectors of FastCDC 2020", () => {
  it.for(vectors)("with the seed $seed", async ({ seed, lengths }, { expect }) => {
    const data = new Uint8Array(await readFile(picture ?? ""));
    expect((await blobFrom(data)).digest.hash).toBe(
      "d9e749d9367fc908876749d6502eb212fee88c9a94892fb07da5ef3ba8bc39ed",
    );
    const cdc = new FastCdc2020({ minBytes: 4096, avgBytes: 16_384, maxBytes: 65_535, seed });
    let at = 0;
    const found: number[] = [];
    while (at < data.byteLength) {
      const length = cdc.cut(data.subarray(at));
      found.push(length);
      at += length;
    }
    expect(found).toEqual(lengths);
  });
});
