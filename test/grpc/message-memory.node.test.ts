import fc from "fast-check";
import { expect, test } from "vitest";
import { messageMemory } from "../../functions/grpc/message-memory.node.ts";
import { giveBack } from "../../shared/bytes/memory-pool.ts";
import { limits } from "../../shared/limits.ts";
import { KIB, MIB } from "../support/bytes.ts";

test("a message has its length, in memory of at most a third more", () => {
  fc.assert(
    fc.property(fc.integer({ min: 8 * KIB, max: limits.requestMessageBytes }), (bytes) => {
      const message = messageMemory(bytes);
      expect(message.length).toBe(bytes);
      expect(message.buffer.byteLength).toBeLessThanOrEqual((bytes * 4) / 3 + 1);
      giveBack(message);
    }),
  );
});

test("memory of every size is used again", () => {
  for (const bytes of [16 * KIB, 200 * KIB, MIB, 4 * MIB, limits.requestMessageBytes]) {
    const message = messageMemory(bytes);
    giveBack(message);
    expect(messageMemory(bytes - 1).buffer).toBe(message.buffer);
  }
});

test("what is kept is bounded, and goes to the sizes that are in use", () => {
  const large = Array.from({ length: 10 }, () => messageMemory(8 * MIB));
  for (const message of large) giveBack(message);
  const small = Array.from({ length: 100 }, () => messageMemory(100 * KIB));
  for (const message of small) giveBack(message);
  const known = new Set(small.map(({ buffer }) => buffer));
  const again = Array.from({ length: 100 }, () => messageMemory(100 * KIB));
  expect(again.every(({ buffer }) => known.has(buffer))).toBe(true);
  const kept = new Set(large.map(({ buffer }) => buffer));
  const others = Array.from({ length: 10 }, () => messageMemory(8 * MIB));
  expect(others.filter(({ buffer }) => kept.has(buffer)).length).toBeLessThanOrEqual(3);
});
