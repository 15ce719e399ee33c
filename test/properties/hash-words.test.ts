import { hexToBytes } from "@noble/hashes/utils.js";
import fc from "fast-check";
import { describe, it } from "vitest";
import { digestKey } from "../../shared/digest/digest.ts";
import { textOfWords, writeDigits } from "../../shared/digest/hash-words.ts";
import { HashWordsReader } from "../../shared/digest/hash-words-reader.ts";
import { WordsDigest, WordsDigestMessage } from "../../shared/digest/words-digest.ts";

const hexadecimal = fc.stringMatching(/^[0-9a-f]{64}$/);
const anyByte = fc.nat(255);

/** The text in ASCII, `before` bytes behind the begin. */
function viewOf(text: string, before: number): DataView {
  const bytes = new Uint8Array(before + text.length);
  bytes.set(
    Array.from(text, (character) => character.codePointAt(0) ?? 0),
    before,
  );
  return new DataView(bytes.buffer);
}

describe("the words of a hash", () => {
  it("are its text again, wherever it lay and however many were read before", ({ expect }) => {
    fc.assert(
      fc.property(
        fc.array(hexadecimal, { minLength: 1 }),
        fc.nat(5),
        fc.nat(3),
        (texts, before, expected) => {
          const reader = new HashWordsReader(expected);
          const read = texts.map((text) => {
            expect(reader.read(viewOf(text, before), before)).toBe(true);
            return { words: reader.words, at: reader.at };
          });
          expect(read.map(textOfWords)).toEqual(texts);
        },
      ),
    );
  });

  it("are the same read from the bytes that they are, and written as digits", ({ expect }) => {
    fc.assert(
      fc.property(fc.array(hexadecimal, { minLength: 1 }), fc.nat(5), (texts, before) => {
        const reader = new HashWordsReader(2);
        for (const text of texts) {
          reader.readBytes(hexToBytes(`00${text}`), 1);
          expect(textOfWords(reader)).toBe(text);
          const digits = new Uint8Array(before + text.length);
          writeDigits(reader, digits, before);
          expect(new TextDecoder().decode(digits.subarray(before))).toBe(text);
        }
      }),
    );
  });

  it("are none where one character is no lower-case digit", ({ expect }) => {
    fc.assert(
      fc.property(hexadecimal, fc.nat(63), anyByte, (text, at, byte) => {
        const changed = text.slice(0, at) + String.fromCodePoint(byte) + text.slice(at + 1);
        const isHash = /^[0-9a-f]{64}$/.test(changed);
        expect(new HashWordsReader(1).read(viewOf(changed, 0), 0)).toBe(isHash);
      }),
      { numRuns: 2000 },
    );
  });

  it("make a digest like one from its text", ({ expect }) => {
    fc.assert(
      fc.property(hexadecimal, fc.maxSafeNat(), (text, size) => {
        const reader = new HashWordsReader(1);
        reader.read(viewOf(text, 0), 0);
        const message = new WordsDigestMessage(reader, size);
        expect([message.hash, message.sizeBytes]).toEqual([text, BigInt(size)]);
        const digest = new WordsDigest("sha256", message.words, message.at, size);
        expect(digestKey(digest)).toBe(`sha256/${text}/${size}`);
      }),
    );
  });
});
