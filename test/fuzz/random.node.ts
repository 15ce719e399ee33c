import { Random as SeededRandom } from "../support/random.ts";

/** Random numbers, and random bytes as sockets take them. */
export class Random extends SeededRandom {
  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }
}
