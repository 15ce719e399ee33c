import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";

declare global {
  namespace Cloudflare {
    /** What vitest.config.ts binds. */
    interface Env {
      readonly INDEX: D1Database;
      /** A database that nobody has made tables in. */
      readonly EMPTY: D1Database;
      readonly OBJECTS: R2Bucket;
      readonly MIGRATIONS: Parameters<typeof applyD1Migrations>[1];
    }
  }
}

/** The tests' database, with the tables that a deployment has and no rows. */
export async function freshDatabase(): Promise<D1Database> {
  await applyD1Migrations(env.INDEX, env.MIGRATIONS);
  await env.INDEX.batch(
    ["rows", "purges"].map((table) => env.INDEX.prepare(`DELETE FROM ${table}`)),
  );
  return env.INDEX;
}

/** The tests' bucket, without objects. */
export async function freshBucket(): Promise<R2Bucket> {
  for (;;) {
    const { objects, truncated } = await env.OBJECTS.list();
    await env.OBJECTS.delete(objects.map(({ key }) => key));
    if (!truncated) return env.OBJECTS;
  }
}
