import fc from "fast-check";
import { expect, test } from "vitest";
import { KeptBytes } from "../../functions/http2/kept-bytes.node.ts";

test("bytes come out as they went in, in their order, and stay as they are", () => {
  const size = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 6000 }));
  const steps = fc.array(fc.oneof(size, fc.constant("take" as const)), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (each) => {
      const kept = new KeptBytes();
      const sent: number[] = [];
      const taken: Buffer[] = [];
      for (const step of each) {
        if (step === "take") taken.push(kept.take() ?? Buffer.alloc(0));
        else {
          const bytes = Buffer.from(
            Array.from({ length: step }, (_, at) => (sent.length + at) % 251),
          );
          sent.push(...bytes);
          kept.add(bytes);
          // Its memory is used again.
          bytes.fill(0xff);
        }
      }
      for (let piece = kept.take(); piece !== undefined; piece = kept.take()) taken.push(piece);
      expect(Buffer.concat(taken)).toEqual(Buffer.from(sent));
      expect(kept.isEmpty).toBe(true);
    }),
  );
});

test("many small pieces are few", () => {
  const kept = new KeptBytes();
  for (let count = 0; count < 10_000; count++) kept.add(Buffer.from([count]));
  const pieces: Buffer[] = [];
  for (let piece = kept.take(); piece !== undefined; piece = kept.take()) pieces.push(piece);
  expect(pieces.map((piece) => piece.length)).toEqual([4096, 4096, 1808]);
});
