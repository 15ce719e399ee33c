import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { expect, test } from "vitest";
import { openPolicy } from "../../functions/access/simple-policy.ts";
import { readSettings, type Variables } from "../../functions/cloudflare/settings.ts";
import { defaultFunctions } from "../../shared/digest/served-functions.ts";
import { limits } from "../../shared/limits.ts";

const ABC = bytesToHex(sha256(utf8ToBytes("abc")));

test("an access policy stands beside the tokens, and its mistakes are told by their places", () => {
  const policy = { anonymous: { grants: [{ instance: "main/**", rights: ["read"] }] } };
  const HAYLOFT_ACCESS = JSON.stringify(policy);
  expect(readSettings({ HAYLOFT_ACCESS }).policy).toEqual({ ...policy, tokens: [] });
  const wrong = JSON.stringify({ anonymous: { grants: [{ instance: "a//b", rights: ["read"] }] } });
  expect(() => readSettings({ HAYLOFT_ACCESS: wrong })).toThrow(
    /HAYLOFT_ACCESS is no access policy[^]*anonymous\.grants\[0\]\.instance: is no instance name/,
  );
});

test("what is open to everybody has nobody in particular", () => {
  const policy = JSON.stringify({ anonymous: { grants: [] } });
  for (const others of [{ HAYLOFT_ACCESS: policy }, { HAYLOFT_TOKEN: "abc" }]) {
    expect(() => readSettings({ HAYLOFT_OPEN: "1", ...others })).toThrow(
      "leave one of the two out",
    );
  }
});

test("a deployment that sets nothing is closed, and has the limits of the smallest plan", () => {
  expect(readSettings({})).toEqual({
    policy: { tokens: [] },
    digestFunctions: defaultFunctions,
    maxUploadBytes: limits.workerUploadBytes,
    edgeGrpc: false,
    sweepRows: limits.sweepRows,
    quotaBytes: undefined,
    readsReplicas: false,
    compressAtRest: false,
    logLevel: undefined,
  });
});

test("variables come as texts, or as numbers where wrangler.toml has numbers", () => {
  const texts = { HAYLOFT_OPEN: "1", HAYLOFT_MAX_UPLOAD_BYTES: "5000", HAYLOFT_EDGE_GRPC: "0" };
  const numbers = { HAYLOFT_OPEN: 1, HAYLOFT_MAX_UPLOAD_BYTES: 5000, HAYLOFT_EDGE_GRPC: 0 };
  expect(readSettings(texts)).toMatchObject({ policy: openPolicy, maxUploadBytes: 5000 });
  expect(readSettings(numbers)).toEqual(readSettings(texts));
});

test("replicas are read where that is set", () => {
  expect(readSettings({ HAYLOFT_READ_REPLICAS: 1 }).readsReplicas).toBe(true);
});

test("objects are compressed where that is set", () => {
  expect(readSettings({ HAYLOFT_COMPRESS_AT_REST: "zstd" }).compressAtRest).toBe(true);
  expect(readSettings({ HAYLOFT_COMPRESS_AT_REST: "none" }).compressAtRest).toBe(false);
});

test("digest functions are offered in the order given", () => {
  const { digestFunctions } = readSettings({ HAYLOFT_DIGEST_FUNCTIONS: "BLAKE3, sha256 " });
  expect(digestFunctions).toEqual(["blake3", "sha256"]);
});

test("a token may end in a line break, as a shell leaves it, and an empty one is none", () => {
  const { tokens } = readSettings({ HAYLOFT_TOKEN: "abc\n" }).policy;
  expect(tokens).toMatchObject([
    { sha256: [ABC], grants: [{ rights: ["read", "write", "asset"] }] },
  ]);
  expect(readSettings({ HAYLOFT_TOKEN: " " }).policy.tokens).toEqual([]);
});

test("a second token is for reading", () => {
  const { tokens } = readSettings({ HAYLOFT_READ_TOKEN: "abc" }).policy;
  expect(tokens).toMatchObject([{ sha256: [ABC], grants: [{ rights: ["read"] }] }]);
});

test.for([
  [{ HAYLOFT_OPEN: "true" }, /HAYLOFT_OPEN is "true"; set it to 1/],
  [{ HAYLOFT_EDGE_GRPC: 2 }, /HAYLOFT_EDGE_GRPC is "2"/],
  [{ HAYLOFT_READ_REPLICAS: "yes" }, /HAYLOFT_READ_REPLICAS is "yes"; set it to 1/],
  [{ HAYLOFT_QUOTA_BYTES: "9GB" }, /HAYLOFT_QUOTA_BYTES is "9GB"; set it to a whole number/],
  [{ HAYLOFT_COMPRESS_AT_REST: 1 }, /HAYLOFT_COMPRESS_AT_REST is "1": give zstd, or none/],
  [{ HAYLOFT_SWEEP_ROWS: 0 }, /HAYLOFT_SWEEP_ROWS is "0"/],
  [{ HAYLOFT_DIGEST_FUNCTIONS: "sha3" }, /HAYLOFT_DIGEST_FUNCTIONS is "sha3": give some of/],
  [{ HAYLOFT_MAX_UPLOAD_BYTES: -1 }, /HAYLOFT_MAX_UPLOAD_BYTES is "-1"/],
] satisfies (readonly [Variables, RegExp])[])("%o is a mistake, and told", ([variables, said]) => {
  expect(() => readSettings(variables)).toThrow(said);
});
