import { describe, it } from "vitest";
import { startHayloft } from "../../support/hayloft.node.ts";
import { startWorker } from "../../support/worker.node.ts";
import { ConnectedCache } from "../connected-cache.node.ts";
import { Health } from "../health.node.ts";
import { fuzzUploadsTo } from "./fuzz-uploads.node.ts";

async function runAll(cache: ConnectedCache, seeds: number): Promise<void> {
  for (let seed = 1; seed <= seeds; seed++) {
    await fuzzUploadsTo(cache, seed, [`run-${seed}`, `run-${seed}s/a b`]);
  }
  await cache.expectClean();
}

describe("a server holds what was uploaded whole, and nothing else", () => {
  it.for([
    ["in memory", ["--store", "memory", "--size", "256MiB"]],
    ["on disk", ["--size", "256MiB"]],
  ] as const)("%s", async ([, args], { expect }) => {
    await using hayloft = await startHayloft({ args });
    const health = new Health(hayloft);
    using cache = new ConnectedCache({
      baseUrl: hayloft.url,
      protocols: ["grpc", "connect", "grpc-web"],
      sharesUploads: true,
      output: () => hayloft.output(),
    });
    await runAll(cache, 3);
    await health.expectGood(expect);
  });

  it("as a Worker", async () => {
    await using worker = await startWorker();
    using cache = new ConnectedCache({
      baseUrl: worker.url,
      httpVersion: "1.1",
      protocols: ["connect", "grpc-web"],
      sharesUploads: false,
      output: () => worker.log(),
    });
    // Each look-up there takes as long as ten here.
    await runAll(cache, 1);
  });
});
