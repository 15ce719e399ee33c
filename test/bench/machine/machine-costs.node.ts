// Prints what one core takes for a MiB of what every server has to do. FOLDER, and the core of whoever is at the other end of a socket.

import { createHash } from "node:crypto";
import { mkdtempDisposable, open } from "node:fs/promises";
import { readSync } from "node:fs";
import { join } from "node:path";
import { nodeHashers } from "../../../shared/digest/hashers.node.ts";
import { KIB, MIB } from "../../support/bytes.ts";
import { markdownTable } from "../../support/markdown-table.ts";
import { spreadOf } from "../../support/statistics.ts";
import { receiving, sending } from "./socket-costs.node.ts";

const PIECE = Buffer.alloc(256 * KIB, 7);
const PIECES = MIB / PIECE.length;
const ROUNDS = 5;
const MEBIBYTES = 200;

const [folderName = "", peerCores] = process.argv.slice(2);

function cpuMicros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Processor time of all threads of this process for one MiB. */
async function costOf(act: (mebibyte: number) => void | Promise<void>): Promise<number> {
  const before = cpuMicros();
  for (let mebibyte = 0; mebibyte < MEBIBYTES; mebibyte++) await act(mebibyte);
  return (cpuMicros() - before) / MEBIBYTES;
}

function hash(): void {
  const hasher = createHash("sha256");
  for (let piece = 0; piece < PIECES; piece++) hasher.update(PIECE);
  hasher.digest();
}

function check(): void {
  for (let piece = 0; piece < PIECES; piece++) nodeHashers.checksum(PIECE);
}

await using folder = await mkdtempDisposable(join(folderName, "hayloft-bench-"));
const costs = new Map<string, number[]>();
function note(name: string, micros: number): void {
  costs.set(name, [...(costs.get(name) ?? []), micros]);
}

for (let round = 0; round < ROUNDS; round++) {
  note("SHA-256", await costOf(hash));
  note("checksum of what leaves, as Hayloft has it", await costOf(check));
  await using file = await open(join(folder.path, `round-${round}`), "w+");
  const write = async (mebibyte: number): Promise<void> => {
    for (let piece = 0; piece < PIECES; piece++) {
      await file.write(PIECE, 0, PIECE.length, mebibyte * MIB + piece * PIECE.length);
    }
  };
  note("write to a file for the first time", await costOf(write));
  note("write to a file again", await costOf(write));
  note(
    "read from a file that the system has in memory",
    await costOf((mebibyte) => {
      for (let piece = 0; piece < PIECES; piece++) {
        readSync(file.fd, PIECE, 0, PIECE.length, mebibyte * MIB + piece * PIECE.length);
      }
    }),
  );
  const peering = { cores: peerCores, bytes: MEBIBYTES * MIB, cpuMicros };
  note("send over loopback", await sending(PIECE, peering));
  note("receive over loopback", await receiving(peering));
}
const lines = [...costs].map(([name, micros]) => {
  const { median = 0, min = 0, max = 0 } = spreadOf(micros) ?? {};
  return [name, `${Math.round(median)} (${Math.round(min)}–${Math.round(max)})`];
});
process.stdout.write(`${markdownTable(["of 1 MiB", "CPU, µs"], lines)}\n`);
