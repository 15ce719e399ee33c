/** Where bytes lie: in which block, counted since the store was made, and where in it. */
export interface Location {
  /** The block's number: blocks are numbered in the order in which they were begun, without gaps. */
  readonly block: number;
  /** Bytes before it in the block. */
  readonly offset: number;
  readonly length: number;
}

/** Whether `one` will be overwritten before `other`: its block is older, or it lies further to the front. */
export function isOlder(one: Location, other: Location): boolean {
  return one.block === other.block ? one.offset < other.offset : one.block < other.block;
}
