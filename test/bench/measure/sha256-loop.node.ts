// Prints how many bytes a second SHA-256 gets through on one core: what no verified upload can be faster than.

import { createHash } from "node:crypto";

const CHUNK = Buffer.alloc(256 * 1024, 1);
const MEASURED_MS = 500;

const hash = createHash("sha256");
const startMs = performance.now();
let bytes = 0;
while (performance.now() - startMs < MEASURED_MS) {
  hash.update(CHUNK);
  bytes += CHUNK.byteLength;
}
process.stdout.write(String((bytes * 1000) / (performance.now() - startMs)));
