import type { ConnectionPool } from "./connection-pool.ts";

const PORTION = 500;

/** A portion at a time, each a transaction of its own; rows that another process has in hand are left for later. */
const portion = (table: string, columns: string, condition: string) => `DELETE FROM ${table}
  WHERE (${columns}) IN (SELECT ${columns} FROM ${table} WHERE ${condition} LIMIT ${PORTION} FOR UPDATE SKIP LOCKED)`;

const COUNTED = [
  portion("consumed_requests", "app_id, digest", "expires_at_ms < $1"),
  portion("idempotency_entries", "app_id, key", "expires_at_ms < $1"),
  // References and keys go with what they belong to, in the same statement.
  `WITH gone AS (${portion("records", "app_id, type, id", "expires_at_ms < $1 AND type = 'user_key'")}
     RETURNING app_id, type, id),
   swept AS (DELETE FROM record_references f USING gone g
     WHERE f.app_id = g.app_id AND f.type = g.type AND f.id = g.id)
   SELECT 1 FROM gone`,
  `WITH gone AS (${portion("documents", "collection, scope, id", "expires_at_ms < $1")} RETURNING collection, scope, id),
   untagged AS (DELETE FROM document_tags t USING gone g
     WHERE t.collection = g.collection AND t.scope = g.scope AND t.document_id = g.id),
   released AS (DELETE FROM document_keys k USING gone g
     WHERE k.collection = g.collection AND k.scope = g.scope AND k.document_id = g.id)
   SELECT 1 FROM gone`,
];

/** A lost answer is looked up within seconds. */
const MARKS = portion("commit_marks", "id", "created_at < now() - interval '1 hour' AND $1::bigint IS NOT NULL");

export async function prune(pool: ConnectionPool, nowMs: number): Promise<{ removed: number }> {
  let removed = 0;
  for (const sql of COUNTED) removed += await removeAll(pool, sql, nowMs);
  await removeAll(pool, MARKS, nowMs);
  return { removed };
}

async function removeAll(pool: ConnectionPool, sql: string, nowMs: number): Promise<number> {
  for (let removed = 0; ; ) {
    const portion = await pool.execute(sql, [nowMs]);
    removed += portion;
    if (portion < PORTION) return removed;
  }
}
