import { afterAll, describe, test } from "vitest";
import { startHayloft } from "../support/hayloft.node.ts";
import { BLAKE3, isPresent, randomBlob, SHA256, upload } from "./blobs.ts";
import { clientsOn } from "./check.ts";
import { defineSuite } from "./conformance.node.ts";
import { digestFunctionInference } from "./digest-function-inference.ts";
import { digests } from "./digests.ts";
import { httpCache } from "./http-cache.node.ts";
import { outcome } from "./outcome.ts";
import { resourceNames } from "./resource-names.ts";
import { createTarget } from "./target.node.ts";

const stack = new AsyncDisposableStack();
afterAll(async () => await stack.disposeAsync());

async function serve(functions: string, notApplicable: Readonly<Record<string, string>> = {}) {
  const args = ["--digest-functions", functions];
  const { url: baseUrl } = stack.use(await startHayloft({ args }));
  const differences = new Map(Object.entries(notApplicable));
  return createTarget({ baseUrl, protocol: "grpc", notApplicable: differences });
}

const ALIKE = "no two of its functions have hashes of one length";
const NAMED = "it offers no function that has to be named";

const withMurmur3 = await serve("sha256,murmur3", {
  "2.7": ALIKE,
  "3.3": NAMED,
  "3.8": ALIKE,
  "4.7": NAMED,
  "4.e": NAMED,
  "4.i": NAMED,
});
const withBlake3 = await serve("blake3");

// MURMUR3 is not among those that are offered by default, for its hashes could be MD5's.
describe("a server of SHA-256 and MURMUR3", () => {
  const suite = { Digests: digests, Inference: digestFunctionInference, Names: resourceNames };
  defineSuite("gRPC", suite, withMurmur3);
  const byHttp = httpCache.filter(({ number }) => number === "20.8" || number === "20.9");
  defineSuite("HTTP", { requests: byHttp }, withMurmur3);
});

describe("a server of BLAKE3 alone", () => {
  test("takes no hash for SHA-256, though it has its length", async ({ expect }) => {
    using connection = withBlake3.connect();
    const clients = clientsOn(connection);
    const blob = randomBlob(100, BLAKE3);
    await upload(clients, "", blob);
    expect(await isPresent(clients, "", blob)).toBe(true);
    const unnamed = clients.cas.findMissingBlobs({ blobDigests: [blob.digest] });
    expect(await outcome(unnamed)).toBe("InvalidArgument");
    const other = isPresent(clients, "", { ...blob, digestFunction: SHA256 });
    expect(await outcome(other)).toBe("InvalidArgument");
    const path = `cas/${blob.digest.hash}`;
    const answers = await Promise.all([
      fetch(new URL(path, withBlake3.baseUrl)),
      fetch(new URL(`blake3/${path}`, withBlake3.baseUrl)),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([400, 200]);
    await Promise.all(answers.map((answer) => answer.arrayBuffer()));
  });
});
