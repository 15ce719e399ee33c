import { indexError, mayPass } from "./d1-errors.ts";
import { retried } from "./retried.workerd.ts";

/** What a statement's parameters may be. */
export type Parameter = string | number | null;

/** A statement and its parameters. */
export interface Query {
  readonly sql: string;
  readonly parameters: readonly Parameter[];
}

/** What queries are made to: a database, or a session with one of its replicas. */
export type Queried = Pick<D1Database, "prepare" | "batch">;

/** Runs the queries in one round trip and one transaction, and again where they were lost. */
export async function resultsOf<Columns>(
  db: Queried,
  queries: readonly Query[],
  signal: AbortSignal,
): Promise<readonly D1Result<Columns>[]> {
  const statements = queries.map(({ sql, parameters }) => db.prepare(sql).bind(...parameters));
  try {
    return await retried(() => db.batch<Columns>(statements), mayPass, signal);
  } catch (error) {
    throw signal.aborted ? signal.reason : indexError(error);
  }
}

/** The same. The rows that the last query gives. */
export async function lastRowsOf<Columns>(
  db: Queried,
  queries: readonly Query[],
  signal: AbortSignal,
): Promise<readonly Columns[]> {
  return (await resultsOf<Columns>(db, queries, signal)).at(-1)?.results ?? [];
}
