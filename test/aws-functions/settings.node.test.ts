import { describe, it } from "vitest";
import { readSettings } from "../../functions/aws/settings.node.ts";

const needed = { HAYLOFT_BUCKET: "builds", HAYLOFT_TABLE: "rows" };

describe("settings", () => {
  it("need a bucket and a table, and nothing else", ({ expect }) => {
    expect(readSettings(needed)).toEqual({
      bucket: "builds",
      table: "rows",
      tokenHashes: [],
      isOpen: false,
      quotaBytes: undefined,
      s3Endpoint: undefined,
      dynamoEndpoint: undefined,
    });
  });

  it("may have several tokens, by their hashes", ({ expect }) => {
    const HAYLOFT_TOKEN_SHA256 = ` ${"ab".repeat(32)},\n${"cd".repeat(32)} `;
    const { tokenHashes } = readSettings({ ...needed, HAYLOFT_TOKEN_SHA256 });
    expect(tokenHashes.map((hash) => hash[0])).toEqual([0xab, 0xcd]);
  });

  it.for([
    ["HAYLOFT_BUCKET", "", "HAYLOFT_BUCKET is not set; deploy with infra/aws"],
    ["HAYLOFT_TABLE", " ", "HAYLOFT_TABLE is not set; deploy with infra/aws"],
    ["HAYLOFT_TOKEN_SHA256", "secret", 'HAYLOFT_TOKEN_SHA256 has "secret": give the SHA-256'],
    ["HAYLOFT_OPEN", "yes", 'HAYLOFT_OPEN is "yes"; set it to 1, or leave it out'],
    ["HAYLOFT_QUOTA_BYTES", "1e9", 'HAYLOFT_QUOTA_BYTES is "1e9"; set it to a whole number'],
  ] as const)("%s cannot be %j", ([name, value, message], { expect }) => {
    expect(() => readSettings({ ...needed, [name]: value })).toThrow(message);
  });
});
