import { StoreError } from "../../stores/store-error.ts";
import type { AtomicFiles, BlockDevice } from "./block-device.ts";
import { BlockRing } from "./block-ring.ts";
import type { BlockTable } from "./block-table.ts";
import { Checkpoints } from "./checkpoints.ts";
import { deviceSizes, type Geometry } from "./geometry.ts";
import { applyChanges, decodeJournal } from "./journal.ts";
import { KeyLocationMap } from "./key-location-map.ts";
import { LocatedStore } from "./located-store.ts";
import { LooseWrites } from "./loose-writes.ts";
import { readOrClear } from "./read-or-clear.ts";
import { AtomicWords, type SharedWords } from "./shared-words.ts";
import { decodeState, encodeState, type State } from "./state.ts";
import { createMemory, partsOf, type StoreMemory } from "./store-memory.ts";

/** What one store lies on. */
export interface StoreParts {
  readonly blocks: BlockDevice;
  readonly map: BlockDevice;
  readonly files: AtomicFiles;
}

export interface OpenOptions {
  readonly parts: StoreParts;
  readonly geometry: Geometry;
  readonly leaseMs: number;
  readonly now: () => number;
  /** Hears, in a sentence, of each thing that turned out damaged. */
  readonly onCorrupt: (what: string) => void;
  /** Hears of each change that a checkpoint would make safe. */
  readonly onChange: () => void;
  /** Random numbers for a new store, where a test must know them: see `State.seed`. */
  readonly newSeed?: () => readonly number[];
  /** Starts empty, whatever is there. */
  readonly reformat: boolean;
  /** How memory is shared with other threads, where a test looks on. */
  readonly wordsIn?: (memory: SharedArrayBuffer) => SharedWords;
  readonly tableIn?: (memory: SharedArrayBuffer) => Uint32Array;
}

/** An open store, and what its owner has to see to. */
export interface OpenStore {
  readonly store: LocatedStore;
  readonly checkpoints: Checkpoints;
  readonly ring: BlockRing;
  readonly map: KeyLocationMap;
  readonly table: BlockTable;
  /** What other threads need to share the store. */
  readonly memory: StoreMemory;
  readonly geometry: Geometry;
  /** Makes safe what is there, and writes nothing afterwards. Nobody may ask the store for anything any more. */
  close(): Promise<void>;
}

const LOAD_BYTES = 8 * 1024 * 1024;

/**
 * Opens what a data folder or disk holds, or makes a new store: reads the state and the map, and nothing else. Throws
 * `StoreError` "denied" where what is there was made with another geometry.
 */
export async function openLocatedStore(options: OpenOptions): Promise<OpenStore> {
  const { parts, geometry, now, leaseMs, onCorrupt } = options;
  const found = options.reformat ? undefined : await findState(parts.files);
  if (found === "damaged") onCorrupt("the state is damaged, so the cache starts empty");
  const isNew = found === undefined || found === "damaged";
  if (!isNew) checkGeometry(found.geometry, geometry);
  const state = isNew ? await format(parts.files, geometry, options.newSeed ?? randomSeed) : found;
  const { seed } = state;
  const memory = createMemory({ geometry, leaseMs, epochMs: now(), seed });
  const words = options.wordsIn?.(memory.words) ?? new AtomicWords(memory.words);
  const { lock, table } = partsOf(memory, words);
  const ring = new BlockRing({
    geometry,
    table,
    now,
    leaseMs,
    blocks: state.blocks,
    nextNumber: state.nextNumber,
  });
  const map = new KeyLocationMap({
    words: options.tableIn?.(memory.map) ?? new Uint32Array(memory.map),
    lock,
    slots: geometry.slots,
    maxAttempts: geometry.maxAttempts,
    seed: Uint32Array.from(seed),
    isLive: (block) => ring.isLive(block),
    onChange: options.onChange,
  });
  if (!isNew) await restoreMap(parts, map, state, onCorrupt);
  const loose = new LooseWrites();
  const checkpoints = new Checkpoints({
    blocks: parts.blocks,
    mapDevice: parts.map,
    files: parts.files,
    ring,
    map,
    state,
    settled: async () => await loose.settled(),
    now,
  });
  const store = new LocatedStore({
    device: parts.blocks,
    ring,
    map,
    checkpoints,
    loose,
    seed,
    blockBytes: geometry.blockBytes,
    leaseMs,
    now,
    onCorrupt,
    onChange: options.onChange,
  });
  const close = async (): Promise<void> => {
    await store.stopCopies();
    await checkpoints.close();
  };
  return { store, checkpoints, ring, map, table, memory, geometry, close };
}

async function findState(files: AtomicFiles): Promise<State | "damaged" | undefined> {
  const bytes = await files.read("state");
  return bytes === undefined ? undefined : (decodeState(bytes) ?? "damaged");
}

/** A new seed makes whatever is on the devices worthless. */
async function format(
  files: AtomicFiles,
  geometry: Geometry,
  newSeed: () => readonly number[],
): Promise<State> {
  const seed = newSeed();
  const state = { generation: 1, seed, geometry, nextNumber: 1, blocks: [] };
  await files.replace("state", encodeState(state));
  return state;
}

function randomSeed(): readonly number[] {
  return [...crypto.getRandomValues(new Uint32Array(4))];
}

/** How the store divides its room that is there; `undefined` where there is none. */
export async function findGeometry(files: AtomicFiles): Promise<Geometry | undefined> {
  const found = await findState(files);
  return found === "damaged" ? undefined : found?.geometry;
}

/** Throws `StoreError` "denied" where a store would have to be divided anew. */
export function checkGeometry(found: Geometry, wanted: Geometry): void {
  const sizes = [found, wanted].map((geometry) => deviceSizes(geometry).blocks);
  const same = JSON.stringify(found) === JSON.stringify(wanted);
  if (same) return;
  throw new StoreError(
    "denied",
    `the cache here was made with another size or geometry (${sizes[0]} bytes of blocks, not ${sizes[1]}); ` +
      "leave out --size and --geometry to keep it, or start empty with --reformat",
  );
}

async function restoreMap(
  parts: StoreParts,
  map: KeyLocationMap,
  { generation, geometry }: State,
  onCorrupt: (what: string) => void,
): Promise<void> {
  const bytes = await parts.files.read("journal");
  const journal = bytes === undefined ? undefined : decodeJournal(bytes);
  if (journal?.generation === generation) {
    await applyChanges(parts.map, journal.changes, geometry.sectorBytes);
  }
  // A new store has none yet; a later one is of a checkpoint that was cut short, when all of this one was in the map.
  if (generation > 1 && (journal === undefined || journal.generation < generation)) {
    onCorrupt("the journal is damaged, so what was written last may be missing");
  }
  const table = map.bytes;
  let cleared = 0;
  for (let at = 0; at < table.byteLength; at += LOAD_BYTES) {
    const part = table.subarray(at, at + LOAD_BYTES);
    cleared += await readOrClear(parts.map, at, part, geometry.sectorBytes);
    map.check(at, part.byteLength);
  }
  if (cleared > 0)
    onCorrupt(`${cleared} sectors of the map cannot be read, so entries are missing`);
}
