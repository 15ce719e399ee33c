// The other thread of `map-threads.node.test.ts`: looks for keys that are always there, while the map is changed.

import { parentPort, workerData } from "node:worker_threads";
import { MapReader } from "../../../shared/adapters/disk/map-reader.ts";
import { SequenceLock } from "../../../shared/adapters/disk/sequence-lock.ts";
import { AtomicWords } from "../../../shared/adapters/disk/shared-words.ts";
import {
  keyAt,
  keys,
  type LookUps,
  type LookUpStart,
  tableOptions,
} from "./map-table-options.node.ts";

const WARM_UP = 100_000;

const start: unknown = workerData;
if (!isStart(start)) throw new TypeError("this is a part of a test");
const { table, words } = start;
const shared = new AtomicWords(words);
const reader = new MapReader({
  ...tableOptions,
  words: new Uint32Array(table),
  lock: new SequenceLock(shared, 0),
});
const lastSeen = new Float64Array(keys);
const result: LookUps = { found: 0, missed: 0, older: 0 };

// Until it is compiled, a look-up takes longer than the owner of this test pauses between two changes.
for (let index = 0; index < WARM_UP; index++) reader.get(keyAt(index % keys));
parentPort?.postMessage("begun");
// The second word says when to end.
while (shared.load(1) === 0) {
  for (let index = 0; index < keys; index++) {
    const block = reader.get(keyAt(index))?.block;
    if (block === undefined) result.missed += 1;
    else if (block < (lastSeen[index] ?? 0)) result.older += 1;
    else {
      result.found += 1;
      lastSeen[index] = block;
    }
  }
  shared.store(2, result.found);
}
parentPort?.postMessage(result);

function isStart(value: unknown): value is LookUpStart {
  return typeof value === "object" && value !== null && "table" in value;
}
