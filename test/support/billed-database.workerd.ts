/** What D1 bills for, and what a Worker's invocation may have so many of. */
export interface Bill {
  readonly statements: number;
  readonly rowsRead: number;
  readonly rowsWritten: number;
}

/** A database that notes what each round trip costs. */
export function billed(
  db: D1Database,
  onBill: (bill: Bill) => void,
): Pick<D1Database, "prepare" | "batch" | "withSession"> {
  return {
    prepare: (sql) => db.prepare(sql),
    withSession: (constraint) => db.withSession(constraint),
    batch: async <Columns>(statements: D1PreparedStatement[]) => {
      const results = await db.batch<Columns>(statements);
      onBill({
        statements: results.length,
        rowsRead: results.reduce((sum, { meta }) => sum + meta.rows_read, 0),
        rowsWritten: results.reduce((sum, { meta }) => sum + meta.rows_written, 0),
      });
      return results;
    },
  };
}
