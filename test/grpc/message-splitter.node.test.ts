import { Code, ConnectError } from "@connectrpc/connect";
import fc from "fast-check";
import { expect, test } from "vitest";
import { MessageSplitter, prefixOf } from "../../functions/grpc/message-splitter.node.ts";
import { limits } from "../../shared/limits.ts";

const messages = fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 8 });
const cuts = fc.array(fc.nat(), { maxLength: 12 });

function framed(message: Uint8Array): Buffer {
  return Buffer.concat([prefixOf([message]), message]);
}

/** The bytes in pieces, cut where the numbers say. */
function pieces(bytes: Buffer, at: readonly number[]): Buffer[] {
  const places = at.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b);
  return [0, ...places].map((from, index) => bytes.subarray(from, places[index] ?? bytes.length));
}

test("messages come out whole, however their bytes come in", () => {
  fc.assert(
    fc.property(messages, cuts, (sent, at) => {
      const bytes = Buffer.concat(sent.map(framed));
      const splitter = new MessageSplitter();
      const received: Buffer<ArrayBuffer>[] = [];
      for (const piece of pieces(bytes, at)) {
        // The memory of what came in is used again.
        const lent = Buffer.from(piece);
        splitter.split(lent, received);
        lent.fill(0xee);
      }
      expect(received.map((message) => [...message])).toEqual(sent.map((message) => [...message]));
      expect(splitter.isInside).toBe(false);
    }),
  );
});

test("a message that is cut off is known to be", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(), (message, seed) => {
      const bytes = framed(message);
      const splitter = new MessageSplitter();
      const received: Buffer<ArrayBuffer>[] = [];
      splitter.split(bytes.subarray(0, 1 + (seed % (bytes.length - 1))), received);
      expect(received).toEqual([]);
      expect(splitter.isInside).toBe(true);
    }),
  );
});

test.each([
  ["one that is too long", prefix(0, limits.requestMessageBytes + 1), Code.ResourceExhausted],
  ["one that says it is compressed", prefix(1, 10), Code.Internal],
] as const)("%s is refused before it is received", (_, bytes, code) => {
  const refusal = (): void => new MessageSplitter().split(bytes, []);
  expect(refusal).toThrow(ConnectError);
  expect(refusal).toThrow(expect.objectContaining({ code }));
});

function prefix(flags: number, length: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes[0] = flags;
  bytes.writeUInt32BE(length, 1);
  return bytes;
}
