import { D1PurgeStore } from "../../shared/adapters/cloudflare/d1-purge-store.workerd.ts";
import { freshDatabase } from "../support/cloudflare.workerd.ts";
import { describePurgeStore } from "./purge-store.contract.ts";

describePurgeStore("D1", {
  create: async () => {
    const database = await freshDatabase();
    return {
      store: new D1PurgeStore(database),
      other: new D1PurgeStore(database),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  },
});
