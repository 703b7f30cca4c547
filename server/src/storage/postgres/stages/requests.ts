import type { ConsumedRequest, IdempotencyEntry, StoredAnswer } from "../../storage.ts";
import type { Load, Stage } from "../batch.ts";
import { type Row, readInteger, type Statement, toColumns } from "../statement.ts";
import { createKeyed } from "./keyed.ts";

type Consumed = { expiresAtMs: number; answer: StoredAnswer; transactionId: string | undefined };
type Used = Consumed & { entry: IdempotencyEntry };

export type RequestStage = Stage & {
  wantConsumed(appId: string, digest: string): void;
  wantIdempotent(appId: string, key: string): void;
  /** What expired by `nowMs` is not found; without `nowMs` nothing counts as expired. */
  findConsumed(appId: string, digest: string, nowMs: number | undefined): StoredAnswer | undefined;
  findIdempotent(
    appId: string,
    key: string,
    nowMs: number | undefined,
  ): { entry: IdempotencyEntry; answer: StoredAnswer } | undefined;
  /** Replaces one that expired; the caller has checked that no other stands. */
  consume(appId: string, request: ConsumedRequest, answer: StoredAnswer, transactionId: string | undefined): void;
  useKey(appId: string, entry: IdempotencyEntry, answer: StoredAnswer, transactionId: string | undefined): void;
  /** The answers that this send's commit wrote, in this batch or before it. */
  replaceAnswers(appId: string, transactionId: string, answer: StoredAnswer): void;
};

const FIND_CONSUMED = `SELECT c.app_id, c.digest, c.expires_at_ms, c.status, c.body, c.transaction_id
  FROM unnest($1::text[], $2::text[]) AS k (app_id, digest)
  JOIN consumed_requests c ON c.app_id = k.app_id AND c.digest = k.digest`;

const FIND_USED = `SELECT e.app_id, e.key, e.expires_at_ms, e.status, e.body, e.transaction_id, e.target, e.body_digest
  FROM unnest($1::text[], $2::text[]) AS k (app_id, key)
  JOIN idempotency_entries e ON e.app_id = k.app_id AND e.key = k.key`;

/** Exactly what was seen: of two that replace an expired one, the second finds it gone and meets the first's insert. */
const removeExpired = (table: string, column: string) => `DELETE FROM ${table} t
  USING unnest($1::text[], $2::text[], $3::bigint[]) AS k (app_id, name, expires_at_ms)
  WHERE t.app_id = k.app_id AND t.${column} = k.name AND t.expires_at_ms = k.expires_at_ms`;

const INSERT_CONSUMED = `INSERT INTO consumed_requests (app_id, digest, expires_at_ms, status, body, transaction_id)
  SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::integer[], $5::text[], $6::text[])`;

const INSERT_USED = `INSERT INTO idempotency_entries
    (app_id, key, expires_at_ms, status, body, transaction_id, target, body_digest)
  SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::integer[], $5::text[], $6::text[], $7::text[],
    $8::text[])`;

const replaceAnswers = (table: string) => `UPDATE ${table} t SET status = k.status, body = k.body
  FROM unnest($1::text[], $2::text[], $3::integer[], $4::text[]) AS k (app_id, transaction_id, status, body)
  WHERE t.app_id = k.app_id AND t.transaction_id = k.transaction_id`;

export function createRequestStage(): RequestStage {
  const consumed = createKeyed<Consumed>();
  const used = createKeyed<Used>();
  const replaced = createKeyed<StoredAnswer>();

  function answerOf(appId: string, entry: Consumed): StoredAnswer {
    const newer = entry.transactionId === undefined ? undefined : replaced.find(appId, entry.transactionId);
    return newer ?? entry.answer;
  }

  function load(keys: string[][], sql: string, take: (rows: Row[]) => void): Load[] {
    return keys.length === 0 ? [] : [{ sql, params: toColumns(keys, 2), take }];
  }

  return {
    wantConsumed(appId, digest) {
      consumed.want(appId, digest);
    },
    wantIdempotent(appId, key) {
      used.want(appId, key);
    },
    findConsumed(appId, digest, nowMs = Number.MIN_SAFE_INTEGER) {
      const found = consumed.find(appId, digest);
      return found === undefined || found.expiresAtMs <= nowMs ? undefined : answerOf(appId, found);
    },
    findIdempotent(appId, key, nowMs = Number.MIN_SAFE_INTEGER) {
      const found = used.find(appId, key);
      if (found === undefined || found.expiresAtMs <= nowMs) return undefined;
      return { entry: found.entry, answer: answerOf(appId, found) };
    },
    consume(appId, { digest, expiresAtMs }, answer, transactionId) {
      consumed.set([appId, digest], { expiresAtMs, answer, transactionId });
    },
    useKey(appId, entry, answer, transactionId) {
      used.set([appId, entry.key], { expiresAtMs: entry.expiresAtMs, answer, transactionId, entry });
    },
    replaceAnswers(appId, transactionId, answer) {
      replaced.set([appId, transactionId], answer);
    },
    load: () => [
      ...load(consumed.wanted(), FIND_CONSUMED, (rows) => {
        for (const row of rows as [string, string, string, number, string, string | null][]) {
          consumed.keep([row[0], row[1]], readConsumed(row));
        }
      }),
      ...load(used.wanted(), FIND_USED, (rows) => {
        for (const row of rows as [string, string, string, number, string, string | null, string, string][]) {
          const [appId, key, , , , , target, bodyDigest] = row;
          const found = readConsumed(row);
          used.keep([appId, key], { ...found, entry: { key, target, bodyDigest, expiresAtMs: found.expiresAtMs } });
        }
      }),
    ],
    flush() {
      const statements: Statement[] = [];
      const add = (sql: string, rows: Row[], width: number) => {
        if (rows.length > 0) statements.push({ sql, params: toColumns(rows, width) });
      };
      const expired = <V extends Consumed>(changes: { key: string[]; before: V | undefined }[]) =>
        changes.flatMap(({ key, before }) => (before === undefined ? [] : [[...key, before.expiresAtMs]]));
      const rowOf = (key: string[], { expiresAtMs, answer, transactionId }: Consumed) => {
        return [...key, expiresAtMs, answer.status, answer.body, transactionId ?? null];
      };
      const consumptions = consumed.changes();
      add(removeExpired("consumed_requests", "digest"), expired(consumptions), 3);
      add(
        INSERT_CONSUMED,
        consumptions.map(({ key, value }) => rowOf(key, value!)),
        6,
      );
      const uses = used.changes();
      add(removeExpired("idempotency_entries", "key"), expired(uses), 3);
      add(
        INSERT_USED,
        uses.map(({ key, value }) => [...rowOf(key, value!), value!.entry.target, value!.entry.bodyDigest]),
        8,
      );
      const answers = replaced.changes().map(({ key, value }) => [...key, value!.status, value!.body]);
      for (const table of ["consumed_requests", "idempotency_entries"]) add(replaceAnswers(table), answers, 4);
      return statements;
    },
  };
}

function readConsumed(row: readonly unknown[]): Consumed {
  const [, , expiresAtMs, status, body, transactionId] = row as [string, string, string, number, string, string | null];
  return { expiresAtMs: readInteger(expiresAtMs), answer: { status, body }, transactionId: transactionId ?? undefined };
}
