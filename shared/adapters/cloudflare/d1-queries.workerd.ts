import { indexError, mayPass } from "./d1-errors.ts";
import { retried } from "./retried.workerd.ts";

/** What a statement's parameters may be. */
export type Parameter = string | number | null;

/** A statement and its parameters. */
export interface Query {
  readonly sql: string;
  readonly parameters: readonly Parameter[];
}

/** Runs the queries in one round trip and one transaction, and again where they were lost. The rows that the last one gives. */
export async function lastRowsOf<Columns>(
  db: Pick<D1Database, "prepare" | "batch">,
  queries: readonly Query[],
  signal: AbortSignal,
): Promise<readonly Columns[]> {
  const statements = queries.map(({ sql, parameters }) => db.prepare(sql).bind(...parameters));
  try {
    const results = await retried(() => db.batch<Columns>(statements), mayPass, signal);
    return results.at(-1)?.results ?? [];
  } catch (error) {
    throw signal.aborted ? signal.reason : indexError(error);
  }
}
