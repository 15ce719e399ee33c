import { instruments } from "../../telemetry/instruments.ts";
import type { Meter } from "../../telemetry/meter.ts";
import type { CounterSeries } from "../../telemetry/series.ts";
import type { Queried } from "./d1-queries.workerd.ts";

interface Database extends Queried {
  withSession(constraint: D1SessionConstraint): Queried;
}

/** A database that counts the rows that D1 bills, of its replicas too. */
export function billedDatabase(db: Database, meter: Meter): Database {
  const read = meter.counter(instruments.billedOperations, "d1", "rows_read");
  const written = meter.counter(instruments.billedOperations, "d1", "rows_written");
  return {
    ...counting(db, read, written),
    withSession: (constraint) => counting(db.withSession(constraint), read, written),
  };
}

function counting(db: Queried, read: CounterSeries, written: CounterSeries): Queried {
  return {
    prepare: (sql) => db.prepare(sql),
    batch: async <Columns>(statements: D1PreparedStatement[]) => {
      const results = await db.batch<Columns>(statements);
      for (const { meta } of results) {
        read.count += meta.rows_read;
        written.count += meta.rows_written;
      }
      return results;
    },
  };
}
