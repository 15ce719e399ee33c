-- One row for each blob and action result: shared/stores/indexed/blob-index.ts says what its columns mean. It has a rowid, although
-- that is one more write for each upload: without one, SQLite gives a row of more than 1,000 bytes a page of its own, of 4,096.
CREATE TABLE rows (
  key TEXT NOT NULL PRIMARY KEY,
  upload TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  stands_alone INTEGER NOT NULL,
  lease_ends_ms INTEGER NOT NULL,
  -- NULL where an object holds the content.
  content BLOB,
  -- What the row relies on, as [[key, size], ...]; NULL where it lists nothing.
  relies_on TEXT
);

-- What sweeps ask for. With the size in it, a quota is kept without a look at the rows.
CREATE INDEX rows_by_lease ON rows (lease_ends_ms, size_bytes);
