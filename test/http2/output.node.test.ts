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
