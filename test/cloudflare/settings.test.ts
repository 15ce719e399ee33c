import { expect, test } from "vitest";
import { readSettings, type Variables } from "../../functions/cloudflare/settings.ts";
import { limits } from "../../shared/limits.ts";

test("a deployment that sets nothing is closed, and has the limits of the smallest plan", () => {
  expect(readSettings({})).toEqual({
    token: undefined,
    isOpen: false,
    maxUploadBytes: limits.workerUploadBytes,
    edgeGrpc: false,
    sweepRows: limits.sweepRows,
    quotaBytes: undefined,
    readsReplicas: false,
  });
});

test("variables come as texts, or as numbers where wrangler.toml has numbers", () => {
  const texts = { HAYLOFT_OPEN: "1", HAYLOFT_MAX_UPLOAD_BYTES: "5000", HAYLOFT_EDGE_GRPC: "0" };
  const numbers = { HAYLOFT_OPEN: 1, HAYLOFT_MAX_UPLOAD_BYTES: 5000, HAYLOFT_EDGE_GRPC: 0 };
  expect(readSettings(texts)).toMatchObject({ isOpen: true, maxUploadBytes: 5000 });
  expect(readSettings(numbers)).toEqual(readSettings(texts));
});

test("replicas are read where that is set", () => {
  expect(readSettings({ HAYLOFT_READ_REPLICAS: 1 }).readsReplicas).toBe(true);
});

test("a token may end in a line break, as a shell leaves it, and an empty one is none", () => {
  expect(readSettings({ HAYLOFT_TOKEN: "abc\n" }).token).toBe("abc");
  expect(readSettings({ HAYLOFT_TOKEN: " " }).token).toBeUndefined();
});

test.for([
  [{ HAYLOFT_OPEN: "true" }, /HAYLOFT_OPEN is "true"; set it to 1/],
  [{ HAYLOFT_EDGE_GRPC: 2 }, /HAYLOFT_EDGE_GRPC is "2"/],
  [{ HAYLOFT_READ_REPLICAS: "yes" }, /HAYLOFT_READ_REPLICAS is "yes"; set it to 1/],
  [{ HAYLOFT_QUOTA_BYTES: "9GB" }, /HAYLOFT_QUOTA_BYTES is "9GB"; set it to a whole number/],
  [{ HAYLOFT_SWEEP_ROWS: 0 }, /HAYLOFT_SWEEP_ROWS is "0"/],
  [{ HAYLOFT_MAX_UPLOAD_BYTES: -1 }, /HAYLOFT_MAX_UPLOAD_BYTES is "-1"/],
] satisfies (readonly [Variables, RegExp])[])("%o is a mistake, and told", ([variables, said]) => {
  expect(() => readSettings(variables)).toThrow(said);
});
