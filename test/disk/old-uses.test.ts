import { expect, test } from "vitest";
import { BlockTable } from "../../shared/adapters/disk/block-table.ts";
import { KEY_WORDS } from "../../shared/adapters/disk/key.ts";
import { OldUses } from "../../shared/adapters/disk/old-uses.ts";
import type { Use } from "../../shared/adapters/disk/owner-messages.ts";
import { AtomicWords } from "../../shared/adapters/disk/shared-words.ts";
import { HashWordsReader } from "../../shared/digest/hash-words-reader.ts";
import { WordsDigest } from "../../shared/digest/words-digest.ts";

const text = "0123456789abcdef".repeat(4);

function digestOfWords(): WordsDigest {
  const reader = new HashWordsReader(1);
  reader.read(new DataView(new TextEncoder().encode(text).buffer), 0);
  return new WordsDigest("sha256", reader.words, reader.at, 10);
}

test("what a thread tells the owner survives the way, and what becomes of the key's memory", () => {
  const words = new AtomicWords(new SharedArrayBuffer(BlockTable.wordsFor(4) * 4));
  const table = new BlockTable({ words, at: 0, blocks: 4, leaseMs: 1000, epochMs: 0 });
  table.clear();
  table.begin(1, 0);
  const told: Use[] = [];
  let tell = (): void => expect.unreachable("nothing was used");
  const uses = new OldUses(
    table,
    (_, some) => told.push(...structuredClone(some)),
    (act) => (tell = act),
  );
  const key = new Uint32Array(KEY_WORDS).fill(7);
  for (const offset of [0, 100]) {
    const location = { block: 1, offset, length: 10 };
    expect(uses.add(key, location, digestOfWords())).toBe("held");
  }
  key.fill(0);
  tell();
  const expected = {
    key: new Uint32Array(KEY_WORDS).fill(7),
    name: { function: "sha256", hash: text, sizeBytes: 10 },
  };
  expect(told).toEqual([expected, expected]);
});
