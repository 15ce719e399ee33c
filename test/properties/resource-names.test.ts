import fc from "fast-check";
import { describe, it } from "vitest";
import { digestFunctions } from "../../shared/digest/digest-function.ts";
import {
  type Compressor,
  parseReadName,
  parseWriteName,
  type ResourceName,
} from "../../shared/digest/resource-name.ts";
import { defaultFunctions } from "../../shared/digest/served-functions.ts";
import { SupportedFunctions } from "../../shared/digest/supported-functions.ts";
import { parseInstanceName } from "../../shared/digest/instance-name.ts";
import { accepts } from "../support/accepts.ts";
import { digests, instanceNames, reserved, segments } from "../support/arbitraries.ts";
import { runs } from "../support/runs.ts";

const compressors = ["identity", "zstd", "deflate"] as const satisfies readonly Compressor[];
const rules = { functions: new SupportedFunctions(defaultFunctions), compressors };

const names: fc.Arbitrary<ResourceName> = fc.record({
  instanceName: instanceNames.map((text) => parseInstanceName(text)),
  digest: digests,
  compressor: fc.constantFrom(...compressors),
});

/** Anything that may stand for a uuid or behind the size: words that mean something elsewhere, too. */
const anySegment = fc.oneof(segments, reserved);
const metadata = fc.array(fc.oneof(anySegment, fc.constant("")), { maxLength: 4 });

function blobPart({ digest, compressor }: ResourceName): readonly string[] {
  const keyword = compressor === "identity" ? ["blobs"] : ["compressed-blobs", compressor];
  const named = digestFunctions[digest.function].named ? [digest.function] : [];
  return [...keyword, ...named, digest.hash, `${digest.sizeBytes}`];
}

function instancePart({ instanceName }: ResourceName): readonly string[] {
  return instanceName === "" ? [] : instanceName.split("/");
}

function formatRead(name: ResourceName): string {
  return [...instancePart(name), ...blobPart(name)].join("/");
}

function formatWrite(name: ResourceName, uuid: string, after: readonly string[] = []): string {
  return [...instancePart(name), "uploads", uuid, ...blobPart(name), ...after].join("/");
}

type Edit = (text: string) => string;

/** Small damage: a character or a segment that goes, comes, doubles or changes. */
const edits: fc.Arbitrary<Edit> = fc
  .record({
    at: fc.nat(),
    piece: fc.oneof(
      fc.constantFrom("/", "//", "0", "-1", "A", "\0", "%", " ", "\n", "..", "+", "1e3"),
      reserved,
      anySegment,
    ),
    kind: fc.constantFrom("insert", "begin", "delete", "replace", "drop", "double", "swap", "cut"),
  })
  .map(({ at, piece, kind }) => (text) => {
    const place = at % (text.length + 1);
    const parts = text.split("/");
    const index = at % parts.length;
    switch (kind) {
      case "insert":
        return text.slice(0, place) + piece + text.slice(place);
      case "begin":
        return parts.with(index, piece + (parts[index] ?? "")).join("/");
      case "delete":
        return text.slice(0, place) + text.slice(place + 1);
      case "replace":
        return parts.with(index, piece).join("/");
      case "drop":
        return parts.toSpliced(index, 1).join("/");
      case "double":
        return parts.toSpliced(index, 0, parts[index] ?? "").join("/");
      case "swap":
        return [...parts.slice(index), ...parts.slice(0, index)].join("/");
      case "cut":
        return text.slice(0, place);
    }
  });

const damage = fc.array(edits, { minLength: 1, maxLength: 3 }).map(
  (list): Edit =>
    (text) =>
      list.reduce((damaged, edit) => edit(damaged), text),
);

describe("names to read from", () => {
  it("come back as they were meant", ({ expect }) => {
    fc.assert(
      fc.property(names, (name) => {
        expect(parseReadName(formatRead(name), rules)).toEqual(name);
      }),
      runs,
    );
  });

  it("have nothing behind the size", ({ expect }) => {
    fc.assert(
      fc.property(names, metadata, (name, after) => {
        const text = [formatRead(name), ...after].join("/");
        expect(accepts(() => parseReadName(text, rules))).toBe(after.length === 0);
      }),
      runs,
    );
  });

  it("mean, damaged, exactly what they then say, or are refused", ({ expect }) => {
    fc.assert(
      fc.property(names, damage, (name, edit) => {
        const text = edit(formatRead(name));
        if (accepts(() => parseReadName(text, rules))) {
          expect(formatRead(parseReadName(text, rules))).toBe(text);
        }
      }),
      { ...runs, numRuns: 3000 },
    );
  });
});

describe("names to write to", () => {
  it("come back as they were meant, whatever the uuid and what follows", ({ expect }) => {
    fc.assert(
      fc.property(names, anySegment, metadata, (name, uuid, after) => {
        const parsed = parseWriteName(formatWrite(name, uuid, after), rules);
        expect(parsed).toEqual({ ...name, uuid });
      }),
      runs,
    );
  });

  it("have a uuid", ({ expect }) => {
    fc.assert(
      fc.property(names, metadata, (name, after) => {
        expect(accepts(() => parseWriteName(formatWrite(name, "", after), rules))).toBe(false);
      }),
      runs,
    );
  });

  it("are not names to read from, nor the other way round", ({ expect }) => {
    fc.assert(
      fc.property(names, anySegment, (name, uuid) => {
        expect(accepts(() => parseReadName(formatWrite(name, uuid), rules))).toBe(false);
        expect(accepts(() => parseWriteName(formatRead(name), rules))).toBe(false);
      }),
      runs,
    );
  });

  it("mean, damaged, exactly what they then say, or are refused", ({ expect }) => {
    fc.assert(
      fc.property(names, anySegment, damage, (name, uuid, edit) => {
        const text = edit(formatWrite(name, uuid));
        if (!accepts(() => parseWriteName(text, rules))) return;
        const parsed = parseWriteName(text, rules);
        const parsedUuid = text.split("/")[instancePart(parsed).length + 1] ?? "";
        const said = formatWrite(parsed, parsedUuid);
        expect(text === said || text.startsWith(`${said}/`)).toBe(true);
      }),
      { ...runs, numRuns: 3000 },
    );
  });
});

describe("the size in a name", () => {
  it.for(["", "00", "01", "+1", "-1", "-0", "1.0", "1e3", "0x1", " 1", "1 ", "１", "9".repeat(30)])(
    "is not %j",
    (size, { expect }) => {
      const hash = "a".repeat(64);
      expect(accepts(() => parseReadName(`blobs/${hash}/${size}`, rules))).toBe(false);
      expect(accepts(() => parseWriteName(`uploads/u/blobs/${hash}/${size}`, rules))).toBe(false);
      expect(accepts(() => parseReadName(`blobs/${hash}/10`, rules))).toBe(true);
    },
  );
});

describe("any text", () => {
  it("is a name or is refused, and nothing else happens", ({ expect }) => {
    const parts = fc.oneof(anySegment, fc.constantFrom("", "blobs", "uploads", "0", "-1"));
    const texts = fc.oneof(
      fc.string({ unit: "binary", maxLength: 200 }),
      fc.array(parts, { maxLength: 8 }).map((list) => list.join("/")),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const parsers = [parseReadName, parseWriteName];
        for (const parse of parsers) {
          expect(typeof accepts(() => parse(text, rules))).toBe("boolean");
        }
      }),
      runs,
    );
  });

  it("is refused with a message of bounded length", ({ expect }) => {
    const long = `${"x".repeat(1_000_000)}/blobs/zz/1`;
    expect(() => parseReadName(long, rules)).toThrow(/^resource_name: .{0,300}$/);
  });
});
