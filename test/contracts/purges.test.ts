import { MemoryPurgeStore } from "../../shared/adapters/memory/memory-purge-store.ts";
import { describePurgeStore } from "./purge-store.contract.ts";

describePurgeStore("memory", {
  create: async () => ({
    store: new MemoryPurgeStore(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }),
});
