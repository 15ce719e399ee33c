import { KIB, MIB } from "../../support/bytes.ts";
import type { Width } from "../load/load.ts";
import { sizeText } from "../../support/units.ts";
import { batchRead, findMissing, getActionResult, read } from "./call-items.node.ts";
import type { GetWork, UploadWork, WorkItem } from "./work-item.node.ts";

const manyStreams: Width = { connections: 1, streams: 100 };

/** All work that is measured, in the order of the tables. */
export const workItems: readonly WorkItem[] = [
  findMissing(1, manyStreams, 2),
  findMissing(500, manyStreams, 4),
  findMissing(10_000, { connections: 1, streams: 8 }, 4),
  getActionResult(4),
  batchRead(100, 2),
  batchUpdate(100, 2),
  read(64 * KIB, 8, 2),
  read(MIB, 8, 2),
  read(100 * MIB, 2, 2),
  write(64 * KIB, 8, 2),
  write(MIB, 8, 2),
  write(100 * MIB, 2, 2),
  get(KIB, 1.5),
  get(MIB, 1.5),
  put(KIB, 1.5),
  put(MIB, 1.5),
];

/** What `--quick` leaves of it. */
export const quickItems: readonly WorkItem[] = workItems.filter(({ name }) =>
  /^(?:FindMissingBlobs, (?:1|500) |GetAction|BatchRead|ByteStream.*, 1 MiB|HTTP.*, 1 KiB)/.test(
    name,
  ),
);

function batchUpdate(blobs: number, goal: number): UploadWork {
  return {
    kind: "batch",
    name: `BatchUpdateBlobs, ${blobs} x 2 KiB`,
    unit: "req/s",
    goal,
    sizeBytes: 2 * KIB,
    blobs,
    width: { connections: 1, streams: 16 },
    latency: true,
  };
}

function write(sizeBytes: number, streams: number, goal: number): UploadWork {
  return {
    kind: "write",
    name: `ByteStream.Write, ${sizeText(sizeBytes)}`,
    unit: "MB/s",
    goal,
    sizeBytes,
    blobs: 1,
    width: { connections: 1, streams },
    latency: sizeBytes < 256 * KIB,
  };
}

function get(sizeBytes: number, goal: number): GetWork {
  return { kind: "get", name: `HTTP GET, ${sizeText(sizeBytes)}`, ...overHttp(sizeBytes, goal) };
}

function put(sizeBytes: number, goal: number): UploadWork {
  return { kind: "put", name: `HTTP PUT, ${sizeText(sizeBytes)}`, ...overHttp(sizeBytes, goal) };
}

function overHttp(sizeBytes: number, goal: number): Omit<GetWork, "kind" | "name"> {
  const isSmall = sizeBytes < 256 * KIB;
  return {
    unit: isSmall ? "req/s" : "MB/s",
    goal,
    sizeBytes,
    blobs: 1,
    width: { connections: 10, streams: 1 },
    latency: isSmall,
  };
}
