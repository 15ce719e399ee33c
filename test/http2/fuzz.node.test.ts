import { describe, it } from "vitest";
import { fuzzHttp2, http2Mixes } from "./fuzz/fuzz-http2.node.ts";

const RUNS = 300;

describe("nonsense", () => {
  it.for(http2Mixes)(`%s: ${RUNS} connections of it`, async (mix, { expect }) => {
    let frames = 0;
    for (let seed = 1; seed <= RUNS; seed += 1) frames += await fuzzHttp2(seed, mix);
    expect(frames).toBeGreaterThan(RUNS);
  });
});
