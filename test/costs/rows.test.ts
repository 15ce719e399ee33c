import { describe, it } from "vitest";
import { d1 } from "../../infra/costs/d1.ts";
import { dynamoDb } from "../../infra/costs/dynamo-db.ts";

describe("rows in D1", () => {
  // What a table of 8,000 such rows, with an index on the lease's end, added to the size of a real database.
  it.for([
    [0, 246],
    [200, 457],
    [774, 1143],
    [1024, 1483],
    [1792, 2167],
    [1900, 2169],
    [2048, 4221],
    [3800, 4222],
    [4096, 4721],
    [8192, 8820],
  ] as const)("with %i bytes of content take %i", ([contentBytes, bytes], { expect }) => {
    expect(d1.storedBytes(contentBytes) / bytes - 1).toBeCloseTo(0, 1);
  });
});

describe("rows in DynamoDB", () => {
  it.for([
    { contentBytes: 0, writes: 1, reads: 0.5 },
    { contentBytes: 774, writes: 1, reads: 0.5 },
    { contentBytes: 775, writes: 2, reads: 0.5 },
    { contentBytes: 1798, writes: 2, reads: 0.5 },
    { contentBytes: 1799, writes: 3, reads: 0.5 },
    { contentBytes: 3846, writes: 4, reads: 0.5 },
    { contentBytes: 3847, writes: 5, reads: 1 },
    { contentBytes: 30_000, writes: 30, reads: 4 },
  ])(
    "with $contentBytes bytes of content are $writes units to write and $reads to read",
    ({ contentBytes, writes, reads }, { expect }) => {
      for (const write of [dynamoDb.insert, dynamoDb.renew, dynamoDb.remove]) {
        expect(write(contentBytes)).toEqual({ dynamoDbWrites: writes });
      }
      expect(dynamoDb.find(contentBytes)).toEqual({ dynamoDbReads: reads });
      expect(dynamoDb.findNewest(contentBytes)).toEqual({ dynamoDbReads: 2 * reads });
    },
  );
});
