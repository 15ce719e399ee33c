import { describe, it } from "vitest";
import { http2Limits } from "../../shared/http2-limits.ts";
import { limits } from "../../shared/limits.ts";

const MINUTE_MS = 60_000;

const crowdedBytes = http2Limits.crowdedQueueBytes * limits.connectionStreams;

/** What must hold between limits so that none makes another impossible, beside what limits.ts checks itself. */
const relations: readonly (readonly [rule: string, holds: boolean])[] = [
  ["Bazel relies on blobs for three hours", limits.leaseMs >= 180 * MINUTE_MS],
  ["gRPC clients take 4 MiB unless told otherwise", limits.responseMessageBytes <= 4 * 1024 ** 2],
  ["many requests fit in flight", limits.requestBytesInFlight >= 8 * limits.requestMessageBytes],
  ["the largest blob has an exact size", Number.isSafeInteger(limits.blobBytes)],
  ["a Tree can hold the largest Directory", limits.treeBytes >= limits.directoryBytes],
  ["a blob can be the largest Tree", limits.blobBytes >= limits.treeBytes],
  ["a Directory can be sent at all", limits.directoryBytes <= limits.requestMessageBytes],
  ["a chunk read fits the windows", limits.readMessageBytes <= limits.streamWindowBytes],
  ["headers time out before idleness does", limits.headersTimeoutMs < limits.idleTimeoutMs],
  ["clients send 65,535 bytes before they hear of windows", limits.streamWindowBytes >= 65_535],
  [
    "many answers wait in no more than few do",
    crowdedBytes <= 2 * http2Limits.connectionQueueBytes,
  ],
  ["a header block fits its frames", http2Limits.headerFrames * 16_384 >= limits.headerBytes],
  ["a longest instance name fits in headers", limits.instanceNameLength * 3 < limits.headerBytes],
];

describe("limits", () => {
  it("are all positive and exact", ({ expect }) => {
    for (const [name, value] of Object.entries({ ...limits, ...http2Limits })) {
      expect([name, Number.isSafeInteger(value) && value > 0]).toEqual([name, true]);
    }
    expect(Object.keys(limits).length).toBeGreaterThan(20);
  });

  it.for(relations)("agree: %s", ([, holds], { expect }) => {
    expect(holds).toBe(true);
  });
});
