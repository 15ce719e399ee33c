const ROUNDS = 64;
const WORDS = 8;

const primes = Array.from({ length: 312 }, (_, number) => number).filter(isPrime);

/** SHA-2 has its constants from the fractions of roots of primes: 32 bits, of which a double holds more than enough. */
const roundConstants = Int32Array.from(primes.slice(0, ROUNDS), (prime) =>
  fractionOf(Math.cbrt(prime)),
);

/** SHA-256 itself starts with those of the first eight primes. */
const start = primes.slice(WORDS, 2 * WORDS).map((prime) => fractionOf(Math.sqrt(prime)));

/** The words that go into the rounds. One for all calls, since none waits for another. */
const schedule = new Int32Array(ROUNDS);

/**
 * SHA-256's block cipher as SHA256TREE uses it, for the hash of two hashes: once, with a start of its own, and without the addition
 * that follows it in SHA-256. Libraries offer nothing of the kind.
 */
export function sha256Cipher(block: Uint8Array): Uint8Array {
  fillSchedule(block);
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = start;
  for (let round = 0; round < ROUNDS; round++) {
    const given = h + (roundConstants[round] ?? 0) + (schedule[round] ?? 0);
    const chosen = (e & f) ^ (~e & g);
    const first = given + chosen + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25));
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const second = majority + (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22));
    h = g;
    g = f;
    f = e;
    e = sum(d, first);
    d = c;
    c = b;
    b = a;
    a = sum(first, second);
  }
  return bytesOf([a, b, c, d, e, f, g, h]);
}

/** The block's own words, and what follows from them. */
function fillSchedule(block: Uint8Array): void {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  for (let i = 0; i < 16; i++) schedule[i] = view.getInt32(4 * i);
  for (let i = 16; i < ROUNDS; i++) {
    const early = schedule[i - 15] ?? 0;
    const late = schedule[i - 2] ?? 0;
    const fromEarly = rotated(early, 7) ^ rotated(early, 18) ^ (early >>> 3);
    const fromLate = rotated(late, 17) ^ rotated(late, 19) ^ (late >>> 10);
    schedule[i] = (schedule[i - 16] ?? 0) + fromEarly + (schedule[i - 7] ?? 0) + fromLate;
  }
}

function bytesOf(words: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * words.length));
  for (let i = 0; i < words.length; i++) view.setInt32(4 * i, words[i] ?? 0);
  return new Uint8Array(view.buffer);
}

/** Of which 32 bits are kept. */
function sum(a: number, b: number): number {
  // oxlint-disable-next-line unicorn/prefer-math-trunc -- that would keep them all.
  return (a + b) | 0;
}

function rotated(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

/** The first 32 bits behind the point. */
function fractionOf(root: number): number {
  return Math.floor((root % 1) * 2 ** 32);
}

function isPrime(number: number): boolean {
  for (let divisor = 2; divisor ** 2 <= number; divisor++) {
    if (number % divisor === 0) return false;
  }
  return number > 1;
}
