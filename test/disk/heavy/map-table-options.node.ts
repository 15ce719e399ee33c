import type { Key } from "../../../shared/adapters/disk/key.ts";

/** Keys that are put again and again, into little more slots than that: so records move all the time. */
export const keys = 150;

export const tableOptions = {
  slots: 256,
  maxAttempts: 40,
  seed: new Uint32Array([1, 2, 3, 4]),
  isLive: (block: number): boolean => block > 0,
} as const;

/** Memory of the map, and of three words: its lock, whether to end, and what was found so far. */
export interface LookUpStart {
  readonly table: SharedArrayBuffer;
  readonly words: SharedArrayBuffer;
}

export interface LookUps {
  found: number;
  missed: number;
  /** Where an older place was found after a younger one. */
  older: number;
}

export function keyAt(index: number): Key {
  return new Uint32Array(8).fill(index + 1);
}
