import { StoreError } from "../../stores/store-error.ts";
import { blockCount, type Geometry, type GeometrySettings } from "./geometry.ts";

const MIN_BLOCK_BYTES = 1024 ** 2;

const bounds: readonly {
  readonly name: keyof GeometrySettings;
  readonly flag: string;
  readonly least: number;
  readonly most: number;
}[] = [
  { name: "oldBlocks", flag: "old", least: 1, most: 1000 },
  { name: "currentBlocks", flag: "current", least: 1, most: 1000 },
  // More would take their turns too seldom to matter.
  { name: "newBlocks", flag: "new", least: 1, most: 8 },
  // One is kept for copies, so uploads need another.
  { name: "spareBlocks", flag: "spare", least: 2, most: 100 },
  { name: "sectorBytes", flag: "sector", least: 512, most: 64 * 1024 },
  // The map of smaller ones would be larger than they are.
  { name: "averageBytes", flag: "average", least: 256, most: 1024 ** 3 },
  { name: "actionAverageBytes", flag: "action-average", least: 256, most: 1024 ** 3 },
];

/** Throws `StoreError` "denied" where a store could not work with what was set by hand. */
export function checkSettings(settings: GeometrySettings, derived: Geometry): void {
  for (const { name, flag, least, most } of bounds) {
    const value = settings[name];
    if (value !== undefined && (value < least || value > most)) {
      throw refusal(`${flag} is ${value}: give ${least} to ${most}`);
    }
  }
  if (!Number.isInteger(Math.log2(derived.sectorBytes))) {
    throw refusal(`sector is ${derived.sectorBytes}: give a power of two`);
  }
  if (derived.blockBytes < MIN_BLOCK_BYTES) {
    const count = blockCount(derived);
    throw refusal(
      `${count} blocks would have less than ${MIN_BLOCK_BYTES} bytes each: give fewer, or raise --size`,
    );
  }
}

function refusal(what: string): StoreError {
  return new StoreError("denied", `--geometry: ${what}`);
}
