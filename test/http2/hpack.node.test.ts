import { describe, it } from "vitest";
import { HeaderDecoder } from "../../functions/http2/header-decoder.node.ts";
import { encodeHeaders } from "../../functions/http2/header-encoder.node.ts";
import { decodeHuffman } from "../../functions/http2/huffman-decoder.node.ts";
import { publishedBlocks, publishedCodes } from "./published-blocks.ts";

type Pairs = readonly (readonly [string, string])[];

const MAX_LIST_BYTES = 64 * 1024;

function fieldsOf(decoder: HeaderDecoder, hex: string): Pairs {
  const bytes = Buffer.from(hex.replaceAll(/\s/g, ""), "hex");
  const { fields } = decoder.decode(bytes, 0, bytes.byteLength);
  return fields.map(({ name, value }) => [name, value]);
}

describe("header blocks", () => {
  it.for(publishedBlocks)("RFC 7541's example $section is read", ({ blocks }, { expect }) => {
    const decoder = new HeaderDecoder(MAX_LIST_BYTES);
    for (const { hex, fields } of blocks) expect(fieldsOf(decoder, hex)).toEqual(fields);
  });

  it.for([
    ["a field without a number", "80"],
    ["a field whose number nobody has given", "be"],
    ["a name whose number nobody has given", "7e 00"],
    ["a number that does not end", "ff ff ff ff"],
    ["a number beyond all fields", "ff ff ff ff ff 0f"],
    ["a number that goes on for long", "ff 80 80 80 80 80 80 80 80 80 01"],
    ["a text beyond the block", "00 05 61 62"],
    ["a name without a value", "00 01 61"],
    ["a table that is larger than allowed", "3f e2 1f"],
    ["a table that changes its size behind a field", "82 20"],
    ["Huffman's code with the end of the text inside", "00 84 ff ff ff ff 00"],
    ["Huffman's code with a whole byte of padding", "00 82 1f ff 00"],
    ["Huffman's code with padding that is none", "00 81 18 00"],
  ] as const)("%s is refused", ([, hex], { expect }) => {
    expect(() => fieldsOf(new HeaderDecoder(MAX_LIST_BYTES), hex)).toThrow(
      expect.objectContaining({ code: 9 }),
    );
  });

  it("a table of no size keeps nothing", ({ expect }) => {
    const decoder = new HeaderDecoder(MAX_LIST_BYTES);
    expect(fieldsOf(decoder, "40 01 61 01 62")).toEqual([["a", "b"]]);
    expect(fieldsOf(decoder, "be")).toEqual([["a", "b"]]);
    expect(fieldsOf(decoder, "20 3f e1 1f 82")).toEqual([[":method", "GET"]]);
    expect(() => fieldsOf(decoder, "be")).toThrow("no field has the number 62");
  });

  it("a field that is larger than the table empties it", ({ expect }) => {
    const decoder = new HeaderDecoder(MAX_LIST_BYTES);
    fieldsOf(decoder, "40 01 61 01 62");
    const large = `40 01 61 7f 81 1f ${"62".repeat(4096)}`;
    expect(fieldsOf(decoder, large)[0]?.[1]).toHaveLength(4096);
    expect(() => fieldsOf(decoder, "be")).toThrow("no field has the number 62");
  });

  it("the oldest fields go first, however often that happens", ({ expect }) => {
    const decoder = new HeaderDecoder(MAX_LIST_BYTES);
    for (let index = 0; index < 1000; index += 1) {
      const value = index.toString().padStart(4, "0");
      fieldsOf(decoder, `40 01 61 04 ${Buffer.from(value).toString("hex")}`);
      expect(fieldsOf(decoder, "be")).toEqual([["a", value]]);
    }
    // 4096 bytes hold 110 fields of 37.
    expect(fieldsOf(decoder, "ff 2c")).toEqual([["a", "0890"]]);
    expect(() => fieldsOf(decoder, "ff 2d")).toThrow("no field has the number");
  });

  it("a list that is too large is cut, and the table is kept all the same", ({ expect }) => {
    const decoder = new HeaderDecoder(100);
    const block = Buffer.from("400161016240016301644001650166", "hex");
    const { fields, isTooLarge } = decoder.decode(block, 0, block.byteLength);
    expect(isTooLarge).toBe(true);
    expect(fields).toHaveLength(2);
    expect(fieldsOf(decoder, "be")).toEqual([["e", "f"]]);
  });

  it("a block of references to a large field costs no more than the list may have", ({
    expect,
  }) => {
    const decoder = new HeaderDecoder(MAX_LIST_BYTES);
    fieldsOf(decoder, `40 01 61 7f ba 1e ${"62".repeat(4000 + 25)}`);
    const bomb = Buffer.alloc(60_000, 0xbe);
    const { fields, isTooLarge } = decoder.decode(bomb, 0, bomb.byteLength);
    expect(isTooLarge).toBe(true);
    expect(fields.length).toBeLessThan(17);
  });
});

/** A text of these bytes in Huffman's code. */
function encodeHuffman(codes: typeof publishedCodes): Buffer {
  const bits = codes.map(([, code, length]) => code.toString(2).padStart(length, "0")).join("");
  const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, "1");
  return Buffer.from((padded.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

describe("Huffman's code", () => {
  it.for(publishedCodes)("byte %i is read, wherever it stands", (code, { expect }) => {
    for (const codes of [
      [code],
      [code, code],
      [...publishedCodes, code],
      [code, ...publishedCodes],
    ]) {
      const bytes = encodeHuffman(codes);
      const text = Buffer.from(codes.map(([byte]) => byte)).toString("latin1");
      expect(decodeHuffman(bytes, 0, bytes.byteLength)).toBe(text);
    }
  });
});

describe("our own header blocks", () => {
  it.for([
    { ":status": "200", "content-type": "application/grpc" },
    { ":status": "431" },
    { "grpc-status": "0" },
    { "grpc-message": "x".repeat(300), "grpc-status": "13", "x-empty": "" },
    { "content-type": "text/plain", ":status": "404" },
  ])("%o is read as what it was", (headers, { expect }) => {
    for (const block of [encodeHeaders(headers), encodeHeaders({ ...headers })]) {
      const { fields } = new HeaderDecoder(MAX_LIST_BYTES).decode(block, 0, block.byteLength);
      const read = Object.fromEntries(fields.map(({ name, value }) => [name, value]));
      expect(read).toEqual(headers);
      expect(fields.findLastIndex(({ name }) => name.startsWith(":"))).toBeLessThanOrEqual(0);
    }
  });
});
