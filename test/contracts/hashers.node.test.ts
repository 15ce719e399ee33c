import { concatBytes } from "@noble/hashes/utils.js";
import { describe, it } from "vitest";
import { nodeHashers } from "../../shared/digest/hashers.node.ts";
import { definedHash, murmur3 } from "../support/defined-hashes.ts";
import { publishedHashes } from "../support/published-hashes.ts";
import { describeHashers } from "./hasher.contract.ts";

describeHashers("Node's", nodeHashers);

describe("what hashers are compared with", () => {
  it.for(publishedHashes)("is $function, for $title", (known, { expect }) => {
    expect(definedHash(known.function, known.bytes())).toBe(known.hash);
  });

  it("is MurmurHash3 by the check of SMHasher, where it comes from", ({ expect }) => {
    const key = Uint8Array.from({ length: 256 }, (_, i) => i);
    const hashes = Array.from(key, (length) =>
      concatBytes(...murmur3(key.subarray(0, length), 256 - length)),
    );
    const [first] = murmur3(concatBytes(...hashes));
    expect(new DataView(first.buffer).getUint32(0, true)).toBe(0x6384ba69);
  });
});
