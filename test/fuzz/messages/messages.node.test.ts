import { describe, it } from "vitest";
import type { Digest } from "../../../shared/digest/digest.ts";
import { RequestError } from "../../../shared/request-error.ts";
import type { BlobStore } from "../../../shared/stores/blob-store.ts";
import { overriding } from "../../support/overriding.ts";
import { canary } from "../sessions.node.ts";
import { fuzzMessages } from "./fuzz-messages.node.ts";

/** `npm run fuzz -- --of protocol` runs as many as are wanted. */
const SEEDS = 12;

describe("messages of all kinds are answered as their mistakes deserve", () => {
  it.for(["node", "edge"] as const)("in the shape for %s", async (shape) => {
    for (let seed = 1; seed <= SEEDS; seed++) await fuzzMessages(seed, { shape });
  });
});

describe("runs find", () => {
  /** A store that throws where it is asked for a blob that nobody has. */
  function throwing(error: Error): (base: BlobStore) => BlobStore {
    const check = ({ hash }: Pick<Digest, "hash">): void => {
      if (hash === canary.digest.hash) throw error;
    };
    return (base) =>
      overriding(base, {
        get: async (name, range, call) => {
          check(name);
          return await base.get(name, range, call);
        },
      });
  }

  it.for([
    ["what nobody expected", new TypeError("canary"), /Internal/],
    ["errors of several lines", new RequestError("not-found", "not\nfound"), /more than a line/],
  ] as const)("%s", async ([, error, fault], { expect }) => {
    const runAll = async (): Promise<void> => {
      for (let seed = 1; seed <= SEEDS; seed++) {
        await fuzzMessages(seed, { plantInStore: throwing(error) });
      }
    };
    await expect(runAll()).rejects.toThrow(fault);
  });
});
