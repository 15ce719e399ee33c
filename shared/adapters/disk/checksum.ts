/** A step of a well-mixing 32-bit hash, after MurmurHash3. */
export function mix(hash: number, word: number): number {
  let mixed = Math.imul(word, 0xcc9e2d51);
  mixed = Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
  const folded = hash ^ mixed;
  return (Math.imul((folded << 13) | (folded >>> 19), 5) + 0xe6546b64) >>> 0;
}

/** Spreads every bit of `hash` over all of the result. */
function finish(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** A hash of some words of `words`, of 32 bits, unlike for each `seed`. */
export function hashWords(seed: number, words: Uint32Array, start: number, end: number): number {
  let hash = seed >>> 0;
  for (let at = start; at < end; at++) hash = mix(hash, words[at] ?? 0);
  return finish(hash ^ (end - start));
}
