import { createHash } from "node:crypto";
import { describe, it } from "vitest";
import { readSettings } from "../../functions/aws/settings.node.ts";
import { defaultFunctions } from "../../shared/digest/served-functions.ts";

const needed = { HAYLOFT_BUCKET: "builds", HAYLOFT_TABLE: "rows" };

/** What a script hashes that forgot to set its variable. */
const SHA256_OF_NOTHING = createHash("sha256").digest("hex");

describe("settings", () => {
  it("need a bucket and a table, and nothing else", ({ expect }) => {
    expect(readSettings(needed)).toEqual({
      bucket: "builds",
      table: "rows",
      policy: { tokens: [] },
      digestFunctions: defaultFunctions,
      quotaBytes: undefined,
      compressAtRest: false,
      metricsSeconds: undefined,
      functionName: "hayloft",
      logLevel: undefined,
      s3Endpoint: undefined,
      dynamoEndpoint: undefined,
    });
  });

  it("may have several tokens, by their hashes", ({ expect }) => {
    const HAYLOFT_TOKEN_SHA256 = ` ${"ab".repeat(32)},\n${"cd".repeat(32)} `;
    const HAYLOFT_READ_TOKEN_SHA256 = "ef".repeat(32);
    const settings = { ...needed, HAYLOFT_TOKEN_SHA256, HAYLOFT_READ_TOKEN_SHA256 };
    expect(readSettings(settings).policy.tokens).toMatchObject([
      {
        sha256: ["ab".repeat(32), "cd".repeat(32)],
        grants: [{ rights: ["read", "write", "asset"] }],
      },
      { sha256: ["ef".repeat(32)], grants: [{ rights: ["read"] }] },
    ]);
  });

  it("a token in the place of its hash is not quoted: errors go to the log", ({ expect }) => {
    const settings = { ...needed, HAYLOFT_READ_TOKEN_SHA256: "the-token-itself" };
    expect(() => readSettings(settings)).toThrow(/^HAYLOFT_READ_TOKEN_SHA256 is wrong: give/);
    expect(() => readSettings(settings)).not.toThrow("the-token-itself");
  });

  it("offer the digest functions that are set", ({ expect }) => {
    const settings = { ...needed, HAYLOFT_DIGEST_FUNCTIONS: "sha256,murmur3" };
    expect(readSettings(settings).digestFunctions).toEqual(["sha256", "murmur3"]);
  });

  it("compress objects where that is set", ({ expect }) => {
    for (const value of ["zstd", "none"]) {
      const settings = readSettings({ ...needed, HAYLOFT_COMPRESS_AT_REST: value });
      expect(settings.compressAtRest).toBe(value === "zstd");
    }
  });

  it("say how often CloudWatch is told what was counted", ({ expect }) => {
    const settings = { ...needed, HAYLOFT_METRICS_SECONDS: "0", AWS_LAMBDA_FUNCTION_NAME: "ours" };
    expect(readSettings(settings)).toMatchObject({ metricsSeconds: 0, functionName: "ours" });
  });

  it.for([
    ["HAYLOFT_BUCKET", "", "HAYLOFT_BUCKET is not set; deploy with infra/aws"],
    ["HAYLOFT_TABLE", " ", "HAYLOFT_TABLE is not set; deploy with infra/aws"],
    ["HAYLOFT_TOKEN_SHA256", "secret", "HAYLOFT_TOKEN_SHA256 is wrong: give the SHA-256"],
    ["HAYLOFT_TOKEN_SHA256", SHA256_OF_NOTHING, "HAYLOFT_TOKEN_SHA256 is wrong: give the SHA-256"],
    ["HAYLOFT_DIGEST_FUNCTIONS", "md5,murmur3", 'HAYLOFT_DIGEST_FUNCTIONS is "md5,murmur3": give'],
    ["HAYLOFT_OPEN", "yes", 'HAYLOFT_OPEN is "yes"; set it to 1, or leave it out'],
    ["HAYLOFT_COMPRESS_AT_REST", "gzip", 'HAYLOFT_COMPRESS_AT_REST is "gzip": give zstd, or none'],
    ["HAYLOFT_METRICS_SECONDS", "10s", 'HAYLOFT_METRICS_SECONDS is "10s"; set it to a number'],
    ["HAYLOFT_QUOTA_BYTES", "1e9", 'HAYLOFT_QUOTA_BYTES is "1e9"; set it to a whole number'],
  ] as const)("%s cannot be %j", ([name, value, message], { expect }) => {
    expect(() => readSettings({ ...needed, [name]: value })).toThrow(message);
  });
});
