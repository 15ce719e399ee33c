// `npm run bench -- --of store`: how fast the disk store is, next to a plain file in the same folder, on the disk of `--folder FOLDER`.

import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { KIB, MIB } from "../../support/bytes.ts";
import { measureFindMissing } from "./find-missing.node.ts";
import { measurePlain } from "./plain.node.ts";
import {
  findMissingLines,
  hashLine,
  plainLine,
  startUpLines,
  throughputTable,
} from "./report.node.ts";
import { measureStartUp, openFilled } from "./start-up.node.ts";
import { secondsOf } from "../stopwatch.ts";
import { measureThroughput, type Throughput } from "./throughput.node.ts";
import { GIB } from "../../support/units.ts";

const { values: flags } = parseArgs({
  options: {
    /** Told already by what started this. */
    of: { type: "string" },
    folder: { type: "string", default: tmpdir() },
    /** Almost nothing, to see whether it runs. */
    tiny: { type: "boolean", default: false },
    /** What the process does that start-up is measured with. */
    open: { type: "string" },
    size: { type: "string", default: "0" },
  },
});

const full = {
  plainBytes: GIB,
  blobs: [
    { sizeBytes: KIB, count: 20_000 },
    { sizeBytes: 64 * KIB, count: 4000 },
    { sizeBytes: MIB, count: 512 },
    { sizeBytes: 64 * MIB, count: 16 },
  ],
  calls: 300,
  records: 5_000_000,
};

const tiny: typeof full = {
  plainBytes: MIB,
  blobs: [
    { sizeBytes: KIB, count: 20 },
    { sizeBytes: MIB, count: 2 },
  ],
  calls: 2,
  records: 10_000,
};

if (flags.open === undefined) await bench(flags.tiny ? tiny : full);
else say((await openFilled(flags.open, Number(flags.size))).join(" "));

async function bench({ plainBytes, blobs, calls, records }: typeof full): Promise<void> {
  const folder = await mkdtemp(join(flags.folder, "hayloft-bench-"));
  try {
    const pieces = { pieceBytes: MIB, count: plainBytes / MIB, width: 1 };
    say(plainLine(plainBytes, await measurePlain(folder, pieces)));
    say(hashLine(plainBytes, await secondsOf(() => hash(plainBytes))));
    const results: Throughput[] = [];
    for (const kind of blobs) {
      hint(`${kind.count} blobs of ${kind.sizeBytes} bytes`);
      results.push(await measureThroughput(folder, kind));
    }
    say(throughputTable(results));
    say(findMissingLines(await measureFindMissing(folder, calls)));
    hint(`${records} records`);
    say(startUpLines(await measureStartUp(join(folder, "full"), records)));
  } finally {
    await rm(folder, { recursive: true });
  }
}

function hash(bytes: number): void {
  const chunk = new Uint8Array(64 * KIB);
  const sum = createHash("sha256");
  for (let at = 0; at < bytes; at += chunk.byteLength) sum.update(chunk);
  sum.digest();
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** What takes so long just now. */
function hint(text: string): void {
  process.stderr.write(`${text} ...\n`);
}
