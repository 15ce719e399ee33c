-- The purges in force: shared/stores/purge-rule.ts says what one is, and each is a line of JSON.
CREATE TABLE purges (
  id TEXT NOT NULL PRIMARY KEY,
  rule TEXT NOT NULL
) WITHOUT ROWID;
