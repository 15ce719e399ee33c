import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { Output } from "../../functions/http2/output.node.ts";

test("a writer hears that its bytes are taken, whatever follows them", async () => {
  const unfinished: (() => void)[] = [];
  // As a socket of TLS, it takes nothing at once.
  const slow = new Writable({ write: (_, __, done) => void unfinished.push(done) });
  const output = new Output(slow, () => undefined);
  const taken: string[] = [];
  for (const name of ["first", "second", "third"]) {
    output.pass(Buffer.alloc(5000, name));
    output.whenTaken(() => taken.push(name));
    output.flush();
  }
  const heard: string[][] = [];
  // Each piece, and what is written behind it to find out.
  for (let write = 0; write < 6; write++) {
    unfinished.shift()?.();
    await new Promise(setImmediate);
    output.settle();
    heard.push([...taken]);
  }
  const [one, two, three] = [["first"], ["first", "second"], ["first", "second", "third"]];
  expect(heard).toEqual([[], one, one, two, two, three]);
});

test.each([
  { bytes: 10, answers: 16 },
  { bytes: 4096, answers: 4 },
])(
  "small answers of $bytes bytes go out $answers at a time, without waiting for the turn's end",
  ({ bytes, answers }) => {
    const written: number[] = [];
    const quick = new Writable({
      write: (chunk: Buffer, _, done) => {
        written.push(chunk.byteLength);
        done();
      },
    });
    const output = new Output(quick, () => undefined);
    for (let answer = 0; answer < 2 * answers; answer++) {
      output.copy(Buffer.alloc(bytes));
      output.countAnswer();
    }
    expect(written).toEqual([answers * bytes, answers * bytes]);
  },
);

test("nothing goes out before a turn's end to a socket that takes nothing more", () => {
  let writes = 0;
  const full = new Writable({ highWaterMark: 10, write: () => void (writes += 1) });
  const output = new Output(full, () => undefined);
  output.copy(Buffer.alloc(100));
  output.flush();
  for (let answer = 0; answer < 100; answer++) {
    output.copy(Buffer.alloc(10));
    output.countAnswer();
  }
  expect([writes, output.pendingBytes]).toEqual([1, 1000]);
});
