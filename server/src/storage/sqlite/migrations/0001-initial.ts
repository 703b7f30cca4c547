import type { Migration } from "../../migration.ts";

/**
 * The first schema. Large rows live in rowid tables beside slim indexes, as a WITHOUT ROWID tree would carry the
 * sealed text in its inner pages; slim rows are WITHOUT ROWID, one tree instead of two.
 */
export const initial: Migration = {
  number: 1,
  name: "initial",
  sql: `
CREATE TABLE settings (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE records (
  row INTEGER PRIMARY KEY,
  app_id TEXT NOT NULL,
  type TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version >= 1),
  sealed TEXT NOT NULL,
  deleted INTEGER NOT NULL CHECK (deleted IN (0, 1)),
  created_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER
) STRICT;
CREATE UNIQUE INDEX records_key ON records (app_id, type, id);
CREATE INDEX records_apps ON records (created_at_ms, id) WHERE type = 'app';
CREATE INDEX records_expiry ON records (expires_at_ms) WHERE expires_at_ms IS NOT NULL;

CREATE TABLE record_references (
  app_id TEXT NOT NULL,
  target TEXT NOT NULL,
  kind TEXT NOT NULL,
  type TEXT NOT NULL,
  id TEXT NOT NULL,
  PRIMARY KEY (app_id, target, kind, type, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX record_references_source ON record_references (app_id, type, id);

CREATE TABLE wallets (
  app_id TEXT NOT NULL,
  id TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  address TEXT NOT NULL,
  chain_type TEXT NOT NULL,
  external_id TEXT,
  archived INTEGER NOT NULL CHECK (archived IN (0, 1)),
  PRIMARY KEY (app_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX wallets_order ON wallets (app_id, created_at_ms, id);
CREATE INDEX wallets_chain_type ON wallets (app_id, chain_type, created_at_ms, id);
CREATE INDEX wallets_address ON wallets (app_id, address);
CREATE UNIQUE INDEX wallets_external_id ON wallets (app_id, external_id) WHERE external_id IS NOT NULL;

CREATE TABLE wallet_secrets (
  row INTEGER PRIMARY KEY,
  app_id TEXT NOT NULL,
  wallet_id TEXT NOT NULL,
  sealed_key TEXT NOT NULL,
  sealed_seed TEXT
) STRICT;
CREATE UNIQUE INDEX wallet_secrets_key ON wallet_secrets (app_id, wallet_id);

CREATE TABLE users (
  row INTEGER PRIMARY KEY,
  app_id TEXT NOT NULL,
  id TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  profile TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX users_key ON users (app_id, id);
CREATE INDEX users_order ON users (app_id, created_at_ms, id);

CREATE TABLE user_accounts (
  app_id TEXT NOT NULL,
  account TEXT NOT NULL,
  user_id TEXT NOT NULL,
  PRIMARY KEY (app_id, account)
) STRICT, WITHOUT ROWID;
CREATE INDEX user_accounts_user ON user_accounts (app_id, user_id);

CREATE TABLE consumed_requests (
  row INTEGER PRIMARY KEY,
  app_id TEXT NOT NULL,
  digest TEXT NOT NULL,
  expires_at_ms INTEGER NOT NULL,
  status INTEGER NOT NULL,
  body TEXT NOT NULL,
  transaction_id TEXT
) STRICT;
CREATE UNIQUE INDEX consumed_requests_key ON consumed_requests (app_id, digest);
CREATE INDEX consumed_requests_expiry ON consumed_requests (expires_at_ms);
CREATE INDEX consumed_requests_transaction ON consumed_requests (app_id, transaction_id)
  WHERE transaction_id IS NOT NULL;

CREATE TABLE idempotency_entries (
  row INTEGER PRIMARY KEY,
  app_id TEXT NOT NULL,
  key TEXT NOT NULL,
  target TEXT NOT NULL,
  body_digest TEXT NOT NULL,
  expires_at_ms INTEGER NOT NULL,
  status INTEGER NOT NULL,
  body TEXT NOT NULL,
  transaction_id TEXT
) STRICT;
CREATE UNIQUE INDEX idempotency_entries_key ON idempotency_entries (app_id, key);
CREATE INDEX idempotency_entries_expiry ON idempotency_entries (expires_at_ms);
CREATE INDEX idempotency_entries_transaction ON idempotency_entries (app_id, transaction_id)
  WHERE transaction_id IS NOT NULL;

CREATE TABLE transactions (
  row INTEGER PRIMARY KEY,
  app_id TEXT NOT NULL,
  id TEXT NOT NULL,
  wallet_id TEXT NOT NULL,
  caip2 TEXT NOT NULL,
  nonce TEXT NOT NULL,
  status TEXT NOT NULL,
  hash TEXT NOT NULL,
  signed TEXT NOT NULL,
  reference_id TEXT,
  created_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER
) STRICT;
CREATE UNIQUE INDEX transactions_key ON transactions (app_id, id);
CREATE UNIQUE INDEX transactions_pending_nonce ON transactions (app_id, wallet_id, caip2, nonce)
  WHERE status = 'pending';
CREATE INDEX transactions_pending ON transactions (created_at_ms, row) WHERE status = 'pending';
CREATE INDEX transactions_reference ON transactions (app_id, reference_id) WHERE reference_id IS NOT NULL;

CREATE TABLE receipts (
  row INTEGER PRIMARY KEY,
  app_id TEXT NOT NULL,
  sequence INTEGER NOT NULL CHECK (sequence >= 1),
  receipt TEXT NOT NULL,
  wallet_id TEXT,
  decision TEXT NOT NULL CHECK (decision IN ('ALLOW', 'DENY')),
  created_at_ms INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX receipts_sequence ON receipts (app_id, sequence);
`,
};
