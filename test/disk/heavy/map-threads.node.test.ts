import { once } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { KeyLocationMap } from "../../../shared/adapters/disk/key-location-map.ts";
import { RECORD_BYTES } from "../../../shared/adapters/disk/map-table.ts";
import { SequenceLock } from "../../../shared/adapters/disk/sequence-lock.ts";
import { AtomicWords } from "../../../shared/adapters/disk/shared-words.ts";
import {
  keyAt,
  keys,
  type LookUps,
  type LookUpStart,
  tableOptions,
} from "./map-table-options.node.ts";

const ROUNDS = 10_000;
const ENOUGH_FOUND = 20_000;

test("a thread finds what is in the map while another one changes it, and nothing older", async ({
  annotate,
}) => {
  const table = new SharedArrayBuffer(tableOptions.slots * RECORD_BYTES);
  const words = new AtomicWords(new SharedArrayBuffer(12));
  const map = new KeyLocationMap({
    ...tableOptions,
    words: new Uint32Array(table),
    lock: new SequenceLock(words, 0),
    onChange: () => undefined,
  });
  const putAll = (block: number): void => {
    for (let index = 0; index < keys; index++) {
      map.put(keyAt(index), { block, offset: index, length: 10 });
    }
  };
  putAll(1);
  const start: LookUpStart = { table, words: words.memory };
  const worker = new Worker(new URL("map-look-ups.node.ts", import.meta.url), {
    workerData: start,
  });
  // It says when it begins, which on a busy machine is long after it is online.
  await once(worker, "message");
  const result = Promise.withResolvers<LookUps>();
  worker.once("message", result.resolve).once("error", result.reject);
  let block = 2;
  // How often the other thread gets its turn is the machine's business.
  for (; block < ROUNDS || words.load(2) < ENOUGH_FOUND; block++) {
    putAll(block);
    if (block % 10 === 0) await turn();
  }
  words.store(1, 1);
  const { found, missed, older } = await result.promise;
  await annotate(`${found} look-ups beside ${block * keys} changes`);
  expect({ missed, older }).toEqual({ missed: 0, older: 0 });
});
