import type { FindMissing } from "./find-missing.node.ts";
import type { Plain } from "./plain.node.ts";
import { BUSY_RECORDS, type StartUp } from "./start-up.node.ts";
import type { Throughput } from "./throughput.node.ts";
import { MIB } from "../../support/bytes.ts";
import { round, sizeText } from "../../support/units.ts";

const HEADER =
  "| blobs of | put/s | MiB/s | of plain | get/s | MiB/s | of plain | again, MiB/s | of plain |";
const RULE = HEADER.replaceAll(/[^|]+/g, " --- ");

export function plainLine(bytes: number, { writeSeconds, readSeconds }: Plain): string {
  const [write, read] = [writeSeconds, readSeconds].map((seconds) => rate(bytes, seconds));
  return `A plain file, 1 MiB after the other: ${write} MiB/s written and synced, ${read} MiB/s read.`;
}

export function hashLine(bytes: number, seconds: number): string {
  return `SHA-256 alone, which every put and every first get has to do: ${rate(bytes, seconds)} MiB/s.`;
}

/** "Of plain" is the share of what the same pieces reach in a plain file, as many at once. */
export function throughputTable(results: readonly Throughput[]): string {
  const rows = results.map((result) => {
    const { sizeBytes, count, putSeconds, getSeconds, getAgainSeconds, plain } = result;
    const bytes = sizeBytes * count;
    const cells = [
      sizeText(sizeBytes),
      round(count / putSeconds),
      rate(bytes, putSeconds),
      share(plain.writeSeconds, putSeconds),
      round(count / getSeconds),
      rate(bytes, getSeconds),
      share(plain.readSeconds, getSeconds),
      rate(bytes, getAgainSeconds),
      share(plain.readSeconds, getAgainSeconds),
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return [HEADER, RULE, ...rows].join("\n");
}

export function findMissingLines({ digests, presentMs, absentMs }: FindMissing): string {
  return (
    `FindMissing of ${digests} digests: ${round(presentMs)} ms when all are there, ` +
    `${round(absentMs)} ms when none is.`
  );
}

export function startUpLines(startUp: StartUp): string {
  const { records, fillSeconds, checkpointSeconds, openSeconds, firstGetSeconds } = startUp;
  return [
    `${records} records: ${round((fillSeconds * 1_000_000) / records)} microseconds each to record, ` +
      `${round(checkpointSeconds)} s for one checkpoint of them all, ` +
      `${round(startUp.busyCheckpointSeconds)} s for one of ${BUSY_RECORDS} more.`,
    `Start with them: open after ${round(openSeconds)} s, the first blob read ` +
      `${round(firstGetSeconds * 1000)} ms later, ` +
      `${sizeText((startUp.memoryBytes * 1_000_000) / records)} of memory per million records.`,
  ].join("\n");
}

function rate(bytes: number, seconds: number): string {
  return round(bytes / MIB / seconds);
}

function share(plainSeconds: number, seconds: number): string {
  return `${round((plainSeconds / seconds) * 100)} %`;
}
