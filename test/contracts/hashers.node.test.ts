import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, it } from "vitest";
import type { DigestFunction } from "../../shared/digest/digest-function.ts";
import type { Hash } from "../../shared/digest/digest.ts";
import { nodeHashers } from "../../shared/digest/hashers.node.ts";
import type { Hashers } from "../../shared/digest/hasher.ts";
import { portableHashers } from "../../shared/digest/portable-hashers.ts";
import { describeHashers } from "./hasher.contract.ts";

describeHashers("Node's", nodeHashers);

async function hashWith(hashers: Hashers, name: DigestFunction, bytes: Uint8Array): Promise<Hash> {
  const hasher = hashers.create(name);
  hasher.update(bytes);
  return await hasher.finish();
}

describe("Node's hashers and the portable ones", () => {
  it("offer the same functions", ({ expect }) => {
    expect(nodeHashers.functions).toEqual(portableHashers.functions);
  });

  it("agree with each other, and on SHA-256 with OpenSSL", async ({ expect }) => {
    const bytes = fc.uint8Array({ maxLength: 5000 });
    await fc.assert(
      fc.asyncProperty(bytes, async (blob) => {
        for (const name of nodeHashers.functions) {
          const portable = await hashWith(portableHashers, name, blob);
          expect(await hashWith(nodeHashers, name, blob)).toBe(portable);
        }
        const openssl = createHash("sha256").update(blob).digest("hex");
        expect(await hashWith(portableHashers, "sha256", blob)).toBe(openssl);
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});
