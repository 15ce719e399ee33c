import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import { describe, it } from "vitest";
import { decodeEntry, encodeEntry } from "../../shared/stores/action-entry.ts";
import type { ActionEntry } from "../../shared/stores/action-store.ts";
import type { Provenance } from "../../shared/stores/provenance.ts";
import { digests } from "../support/arbitraries.ts";
import { runs } from "../support/runs.ts";

const text = fc.string({ unit: "binary" });

const provenances: fc.Arbitrary<Provenance> = fc
  .record({
    subject: text,
    writtenMs: fc.maxSafeNat(),
    said: fc.record({ invocationId: text, toolName: text }, { requiredKeys: [] }),
  })
  .map(({ said, ...rest }) => ({ ...rest, ...said }));

const entries: fc.Arbitrary<ActionEntry> = fc
  .record({
    actionSizeBytes: fc.option(fc.maxSafeNat(), { nil: undefined }),
    result: fc.uint8Array({ minLength: 1 }),
    references: fc.option(fc.array(digests), { nil: undefined }),
    provenance: fc.option(provenances, { nil: undefined }),
  })
  .map(({ actionSizeBytes, provenance, ...rest }) => ({
    ...rest,
    ...(actionSizeBytes === undefined ? {} : { actionSizeBytes }),
    ...(provenance === undefined ? {} : { provenance }),
  }));

/** Fields that a later version may add, of every kind. */
const laterFields = new BinaryWriter()
  .tag(15, WireType.Varint)
  .uint64("18446744073709551615")
  .tag(16, WireType.Bit64)
  .fixed64(1)
  .tag(2000, WireType.LengthDelimited)
  .string("later")
  .tag(17, WireType.Bit32)
  .fixed32(1)
  .finish();

describe("an action entry", () => {
  it("is decoded as it was encoded, whatever fields come with it", ({ expect }) => {
    fc.assert(
      fc.property(entries, fc.boolean(), (entry, isFirst) => {
        const bytes = encodeEntry(entry);
        const found = { ...entry, completeness: "unknown" };
        expect(decodeEntry(bytes)).toEqual(found);
        const parts = isFirst ? [laterFields, bytes] : [bytes, laterFields];
        const longer = Uint8Array.from(parts.flatMap((part) => [...part]));
        expect(decodeEntry(longer)).toEqual(found);
      }),
      runs,
    );
  });

  it("that was cut short is decoded as another one, or not at all", ({ expect }) => {
    fc.assert(
      fc.property(entries, fc.nat(), (entry, cut) => {
        const bytes = encodeEntry(entry);
        const short = bytes.subarray(0, cut % bytes.byteLength);
        let found: ActionEntry | undefined;
        try {
          found = decodeEntry(short);
        } catch (error) {
          expect(String(error)).toMatch(/ends in the midst of a field|are not a .* hash/);
        }
        expect(found).not.toEqual({ ...entry, completeness: "unknown" });
      }),
      runs,
    );
  });
});
