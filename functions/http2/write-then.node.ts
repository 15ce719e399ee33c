import type { Writable } from "node:stream";

/** Writes bytes, and calls `sent` once the system has taken them: never where that fails. As `write`, `false` asks to wait. */
export function writeThen(to: Writable, bytes: Uint8Array, sent: () => void): boolean {
  return to.write(bytes, (error) => {
    if (error === null || error === undefined) sent();
  });
}
