import { AtomicWords, type SharedWords } from "../../shared/adapters/disk/shared-words.ts";
import type { Faults } from "./faults.ts";
import type { Step } from "./interleaving.ts";

/** A thread would sleep until another has ended a change, which here goes on only afterwards. */
export class WouldSleep extends Error {
  override readonly name = "WouldSleep";
}

/** Words that threads share, where another thread may have its turn before each step. */
class SteppedWords implements SharedWords {
  readonly memory: SharedArrayBuffer;
  readonly #words: AtomicWords;
  readonly #interleave: (step: Step) => void;
  readonly #planted: Faults["planted"];

  constructor(
    memory: SharedArrayBuffer,
    interleave: (step: Step) => void,
    planted: Faults["planted"],
  ) {
    this.memory = memory;
    this.#words = new AtomicWords(memory);
    this.#interleave = interleave;
    this.#planted = planted;
  }

  load(at: number): number {
    this.#interleave("word");
    return this.#words.load(at);
  }

  peek(at: number): number {
    return this.load(at);
  }

  store(at: number, value: number): void {
    this.#interleave("word");
    this.#words.store(at, value);
  }

  replace(at: number, expected: number, value: number): boolean {
    this.#interleave("replace");
    if (this.#planted !== "what is one step is two") {
      return this.#words.replace(at, expected, value);
    }
    if (this.#words.load(at) !== expected) return false;
    this.#interleave("replace");
    this.#words.store(at, value);
    return true;
  }

  sleep(): void {
    throw new WouldSleep();
  }
}

/** Memory that threads share, where others may have their turn before each step of this one. */
export function steppedMemory(
  interleave: (step: Step) => void,
  planted: Faults["planted"],
): {
  wordsIn: (memory: SharedArrayBuffer) => SharedWords;
  tableIn: (memory: SharedArrayBuffer) => Uint32Array;
} {
  return {
    wordsIn: (memory) => new SteppedWords(memory, interleave, planted),
    tableIn: (memory) => steppedTable(memory, () => interleave("table")),
  };
}

function steppedTable(memory: SharedArrayBuffer, interleave: () => void): Uint32Array {
  return new Proxy(new Uint32Array(memory), {
    get(target, name) {
      interleave();
      if (name === "set") return setWordByWord(target, interleave);
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      const method: unknown = value.bind(target);
      return method;
    },
  });
}

/** Writes several words as a processor may: others can see the first of them without the last. */
function setWordByWord(
  target: Uint32Array,
  interleave: () => void,
): (source: Uint32Array, at: number) => void {
  return (source, at) => {
    for (const [index, word] of source.entries()) {
      interleave();
      target[at + index] = word;
    }
  };
}
