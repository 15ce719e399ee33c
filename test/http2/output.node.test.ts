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
    const { output, written } = quickOutput();
    for (let answer = 0; answer < 2 * answers; answer++) {
      output.copy(Buffer.alloc(bytes));
      output.countAnswer();
    }
    expect(written).toEqual([answers * bytes, answers * bytes]);
  },
);

test("few small answers go out together, before the turn ends", async () => {
  const { output, written } = quickOutput();
  const answer = async (): Promise<void> => {
    await Promise.resolve();
    output.copy(Buffer.alloc(10));
    output.countAnswer();
  };
  await Promise.all([answer(), answer()]);
  await new Promise<void>((resolve) => process.nextTick(resolve));
  expect(written).toEqual([20]);
});

test("an answer whose connection ends meanwhile is not written behind its last word", async () => {
  const errors: unknown[] = [];
  const ending = new Writable({ write: (_, __, done) => done() });
  ending.on("error", (error) => void errors.push(error));
  const output = new Output(ending, () => undefined);
  output.copy(Buffer.alloc(10));
  output.countAnswer();
  ending.end();
  await new Promise(setImmediate);
  expect([errors, output.pendingBytes]).toEqual([[], 10]);
});

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

/** To a socket that takes everything at once, and the bytes of each of its writes. */
function quickOutput(): { readonly output: Output; readonly written: readonly number[] } {
  const written: number[] = [];
  const quick = new Writable({
    write: (chunk: Buffer, _, done) => {
      written.push(chunk.byteLength);
      done();
    },
  });
  return { output: new Output(quick, () => undefined), written };
}
