import type { Migration } from "../../migration.ts";

/** Documents with their unique keys and their tags; see `documents.ts`. */
export const documents: Migration = {
  number: 2,
  name: "documents",
  sql: `
CREATE TABLE documents (
  row INTEGER PRIMARY KEY,
  collection TEXT NOT NULL,
  scope TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version >= 1),
  body TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER
) STRICT;
CREATE UNIQUE INDEX documents_key ON documents (collection, scope, id);
CREATE INDEX documents_order ON documents (collection, scope, created_at_ms, id);
CREATE INDEX documents_expiry ON documents (expires_at_ms) WHERE expires_at_ms IS NOT NULL;

CREATE TABLE document_keys (
  collection TEXT NOT NULL,
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  document_id TEXT NOT NULL,
  PRIMARY KEY (collection, scope, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_keys_document ON document_keys (collection, scope, document_id);

CREATE TABLE document_tags (
  collection TEXT NOT NULL,
  scope TEXT NOT NULL,
  tag TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  document_id TEXT NOT NULL,
  PRIMARY KEY (collection, scope, tag, created_at_ms, document_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_tags_document ON document_tags (collection, scope, document_id);
`,
};
