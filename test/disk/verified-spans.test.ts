import { describe, expect, it } from "vitest";
import type { Location } from "../../shared/adapters/disk/location.ts";
import type { Span } from "../../shared/adapters/disk/spans.ts";
import { VERIFIED_MS } from "../../shared/adapters/disk/verified-places.ts";
import { VerifiedSpans } from "../../shared/adapters/disk/verified-spans.ts";
import { KIB, MIB } from "../support/bytes.ts";
import { ManualClock } from "../support/clock.ts";
import { webHashers } from "../support/web-hashers.ts";

const SPAN = { block: 2, offset: 100, length: 20 * KIB };
const HALF = 10 * KIB;

type Located = Span<{ readonly location: Location }>;

/** A span of the entries that end there, the first of which begins where the span does. */
function spanOf(...ends: readonly number[]): Located {
  const entries = ends.map((end, index) => {
    const begin = ends[index - 1] ?? 0;
    return { location: { block: 2, offset: SPAN.offset + begin, length: end - begin } };
  });
  return { location: SPAN, entries };
}

function opened(): { readonly spans: VerifiedSpans; readonly clock: ManualClock } {
  const clock = new ManualClock();
  const now = (): number => clock.now();
  return { spans: new VerifiedSpans({ hashers: webHashers, blockBytes: MIB, now }), clock };
}

const bytes = new Uint8Array(SPAN.length).map((_, index) => index * 7);
const span = spanOf(HALF, SPAN.length);

describe("spans that were right", () => {
  it("are known by their bytes, for some hours", () => {
    const { spans, clock } = opened();
    expect(spans.has(span, bytes)).toBe(false);
    spans.add(span, bytes);
    expect(spans.has(span, bytes)).toBe(true);
    expect(spans.has(span, bytes.with(5000, 1))).toBe(false);
    clock.advance(VERIFIED_MS);
    expect(spans.has(span, bytes)).toBe(false);
  });

  it("are no others: of other entries, or in another place", () => {
    const { spans } = opened();
    spans.add(span, bytes);
    const [first, second] = span.entries;
    const others: readonly Located[] = [
      spanOf(HALF - 1, SPAN.length),
      spanOf(HALF, SPAN.length - 1, SPAN.length),
      { location: SPAN, entries: [first ?? fail(), first ?? fail()] },
      { location: SPAN, entries: [second ?? fail(), first ?? fail()] },
      { ...span, location: { ...SPAN, block: 3 } },
    ];
    expect(others.filter((other) => spans.has(other, bytes))).toEqual([]);
  });

  it("have many entries, and many bytes: others need no checksum beside that of their blobs", () => {
    const { spans } = opened();
    const one = spanOf(SPAN.length);
    const small = { ...span, location: { ...SPAN, length: KIB } };
    for (const each of [one, small]) {
      spans.add(each, bytes);
      expect(spans.has(each, bytes)).toBe(false);
    }
  });
});

function fail(): never {
  throw new Error("there are two");
}
