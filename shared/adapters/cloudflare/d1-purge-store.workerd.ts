import type { PurgeRule } from "../../stores/purge-rule.ts";
import { decodeRule, encodeRule } from "../../stores/purge-rule-message.ts";
import type { PurgeStore } from "../../stores/purge-store.ts";
import { lastRowsOf, type Query } from "./d1-queries.workerd.ts";

/** Purges in a table of the index's database. A list comes from the primary: what a replica knows may be too old. */
export class D1PurgeStore implements PurgeStore {
  readonly isShared = true;
  readonly #db: Pick<D1Database, "prepare" | "batch">;

  constructor(db: Pick<D1Database, "prepare" | "batch">) {
    this.#db = db;
  }

  async list(signal: AbortSignal): Promise<readonly PurgeRule[]> {
    const rows = await this.#run({ sql: "SELECT rule FROM purges", parameters: [] }, signal);
    return rows.map(({ rule }) => decodeRule(rule));
  }

  async add(rule: PurgeRule, signal: AbortSignal): Promise<void> {
    const sql = "INSERT OR REPLACE INTO purges (id, rule) VALUES (?, ?)";
    await this.#run({ sql, parameters: [rule.id, encodeRule(rule)] }, signal);
  }

  async remove(id: string, signal: AbortSignal): Promise<void> {
    await this.#run({ sql: "DELETE FROM purges WHERE id = ?", parameters: [id] }, signal);
  }

  async #run(query: Query, signal: AbortSignal): Promise<readonly { readonly rule: string }[]> {
    signal.throwIfAborted();
    return await lastRowsOf(this.#db, [query], signal);
  }
}
