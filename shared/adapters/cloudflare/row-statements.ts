/**
 * The SQL of an index in D1. Many keys come as one JSON array, and are joined in its order; bytes travel as hexadecimal digits,
 * because D1 makes of a BLOB a JSON array of numbers, two to four times as slow.
 */

const columns = `rows.key, upload, size_bytes, stands_alone, lease_ends_ms, content IS NOT NULL AS is_inline`;

const wantedRows = `FROM json_each(?1) AS wanted CROSS JOIN rows ON rows.key = wanted.value`;

/** ?1: keys. */
export const selectRows: string = `SELECT ${columns} ${wantedRows}`;

/** ?1: keys. */
export const selectFullRows: string = `SELECT ${columns}, hex(content) AS content_hex, relies_on ${wantedRows}`;

/** Renews rows that stand alone. ?1: keys, ?2: when a lease is due, ?3: until when it is renewed. */
export const renewDue: string = `
  UPDATE rows SET lease_ends_ms = ?3
  FROM json_each(?1) AS wanted
  WHERE rows.key = wanted.value AND stands_alone AND lease_ends_ms < ?2`;

/** The same, and what due rows among them rely on, if they do. ?4: when a lease of the latter is due. */
export const renewDueAndReliedOn: string = `
  UPDATE rows SET lease_ends_ms = ?3
  FROM (
    SELECT value AS key, ?2 AS due_ms FROM json_each(?1)
    UNION ALL
    SELECT named.value ->> 0, ?4
    ${wantedRows} CROSS JOIN json_each(relies_on) AS named
    WHERE lease_ends_ms < ?2
  ) AS due
  WHERE rows.key = due.key AND stands_alone AND lease_ends_ms < due.due_ms`;

/** Renews due rows that rely on others, as far as all of these go. ?1: keys, ?2: when a lease is due. */
export const renewRelying: string = `
  UPDATE rows SET lease_ends_ms = covered.until_ms
  FROM (
    SELECT rows.key, MIN(other.lease_ends_ms) AS until_ms
    ${wantedRows}
    CROSS JOIN json_each(rows.relies_on) AS named
    LEFT JOIN rows AS other
      ON other.key = named.value ->> 0 AND other.size_bytes = named.value ->> 1
    WHERE NOT rows.stands_alone AND rows.lease_ends_ms < ?2
    GROUP BY rows.key HAVING COUNT(other.key) = COUNT(*)
  ) AS covered
  WHERE rows.key = covered.key AND lease_ends_ms < covered.until_ms`;

const insert = `INSERT INTO rows (key, upload, size_bytes, stands_alone, lease_ends_ms, content, relies_on)`;

/** ?1: the columns of each row, the content as hexadecimal digits. */
export const commitFirst: string = `${insert}
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, unhex(value ->> 5), value ->> 6
  FROM json_each(?1) WHERE true
  ON CONFLICT (key) DO UPDATE SET
  lease_ends_ms = IIF(stands_alone, MAX(lease_ends_ms, excluded.lease_ends_ms), lease_ends_ms)
  RETURNING ${columns}`;

/** ?1 to ?7: the columns of one row, the content as hexadecimal digits. */
export const commitLast: string = `${insert}
  VALUES (?1, ?2, ?3, ?4, ?5, unhex(?6), ?7)
  ON CONFLICT (key) DO UPDATE SET
  upload = excluded.upload, size_bytes = excluded.size_bytes, stands_alone = excluded.stands_alone,
  lease_ends_ms = excluded.lease_ends_ms, content = excluded.content, relies_on = excluded.relies_on
  RETURNING ${columns}`;

/** ?1: [key, upload] of each row, ?2: until when. */
export const renewRows: string = `
  UPDATE rows SET lease_ends_ms = MAX(lease_ends_ms, ?2)
  FROM json_each(?1) AS given
  WHERE rows.key = given.value ->> 0 AND upload = given.value ->> 1
  RETURNING rows.key`;

/** ?1: [key, upload, lease] of each row. */
export const removeRows: string = `
  DELETE FROM rows
  WHERE (key, upload, lease_ends_ms)
    IN (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?1))
  RETURNING key`;

/** ?1: leases that ended before, ?2: how many. */
export const selectExpired: string = `
  SELECT ${columns} FROM rows WHERE lease_ends_ms < ?1 ORDER BY lease_ends_ms LIMIT ?2`;

/** ?1: how long a span is. */
export const selectLeases: string = `
  SELECT (lease_ends_ms / CAST(?1 AS INTEGER) + 1) * CAST(?1 AS INTEGER) AS ends_ms,
    COUNT(*) AS row_count, SUM(size_bytes) AS bytes
  FROM rows GROUP BY 1 ORDER BY 1`;
