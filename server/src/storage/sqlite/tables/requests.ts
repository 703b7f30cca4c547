import type { ConsumedRequest, IdempotencyEntry, StoredAnswer } from "../../storage.ts";
import type { Connection } from "../connection.ts";

/** Payloads that were executed and idempotency keys that were used, each with the answer a repetition gets. */
export type RequestTable = {
  /** What expired by `nowMs` is not found; without `nowMs` nothing counts as expired. */
  findConsumed(appId: string, digest: string, nowMs: number | undefined): StoredAnswer | undefined;
  findIdempotent(appId: string, key: string, nowMs: number | undefined): IdempotentAnswer | undefined;
  /** Replaces one that expired; the caller has checked that no other stands. */
  consume(appId: string, request: ConsumedRequest, answer: StoredAnswer, transactionId: string | undefined): void;
  useKey(appId: string, entry: IdempotencyEntry, answer: StoredAnswer, transactionId: string | undefined): void;
  replaceAnswers(appId: string, transactionId: string, answer: StoredAnswer): void;
  /** Removes at most `limit` of each kind that expired before `nowMs`; returns how many. */
  removeExpired(nowMs: number, limit: number): number;
};

type IdempotentAnswer = { entry: IdempotencyEntry; answer: StoredAnswer };

const NEVER_EXPIRED = Number.MIN_SAFE_INTEGER;

export function createRequestTable(connection: Connection): RequestTable {
  const findConsumed = connection.prepareRead<[number, string]>(
    "SELECT status, body FROM consumed_requests WHERE app_id = ? AND digest = ? AND expires_at_ms > ?",
  );
  const findEntry = connection.prepareRead<[string, string, number, number, string]>(
    `SELECT target, body_digest, expires_at_ms, status, body FROM idempotency_entries
     WHERE app_id = ? AND key = ? AND expires_at_ms > ?`,
  );
  const putConsumed = connection.prepareWrite(
    `INSERT OR REPLACE INTO consumed_requests (app_id, digest, expires_at_ms, status, body, transaction_id)
     VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const putEntry = connection.prepareWrite(
    `INSERT OR REPLACE INTO idempotency_entries
       (app_id, key, target, body_digest, expires_at_ms, status, body, transaction_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const replacements = ["consumed_requests", "idempotency_entries"].map((table) =>
    connection.prepareWrite(`UPDATE ${table} SET status = ?, body = ? WHERE app_id = ? AND transaction_id = ?`),
  );
  const removals = ["consumed_requests", "idempotency_entries"].map((table) =>
    connection.prepareWrite(
      `DELETE FROM ${table} WHERE row IN (SELECT row FROM ${table} WHERE expires_at_ms < ? LIMIT ?)`,
    ),
  );

  return {
    findConsumed(appId, digest, nowMs) {
      const row = findConsumed.findRow([appId, digest, nowMs ?? NEVER_EXPIRED]);
      return row === undefined ? undefined : { status: row[0], body: row[1] };
    },
    findIdempotent(appId, key, nowMs) {
      const row = findEntry.findRow([appId, key, nowMs ?? NEVER_EXPIRED]);
      if (row === undefined) return undefined;
      const [target, bodyDigest, expiresAtMs, status, body] = row;
      return { entry: { key, target, bodyDigest, expiresAtMs }, answer: { status, body } };
    },
    consume(appId, { digest, expiresAtMs }, { status, body }, transactionId) {
      putConsumed.run([appId, digest, expiresAtMs, status, body, transactionId ?? null]);
    },
    useKey(appId, { key, target, bodyDigest, expiresAtMs }, { status, body }, transactionId) {
      putEntry.run([appId, key, target, bodyDigest, expiresAtMs, status, body, transactionId ?? null]);
    },
    replaceAnswers(appId, transactionId, { status, body }) {
      for (const replacement of replacements) replacement.run([status, body, appId, transactionId]);
    },
    removeExpired(nowMs, limit) {
      let removed = 0;
      for (const removal of removals) removed += removal.run([nowMs, limit]);
      return removed;
    },
  };
}
