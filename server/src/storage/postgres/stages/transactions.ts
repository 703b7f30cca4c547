import type { NewTransaction, TransactionStatus } from "../../storage.ts";
import type { Load, Stage } from "../batch.ts";
import { type Row, readInteger, type Statement, toColumns } from "../statement.ts";
import { createKeyed } from "./keyed.ts";

type Send = { walletId: string; caip2: string; nonce: string };

export type TransactionStage = Stage & {
  want(appId: string, id: string): void;
  wantNonce(appId: string, send: Send, sinceMs: number | undefined): void;
  hasPendingNonce(appId: string, send: Send): boolean;
  hasSentNonce(appId: string, send: Send, sinceMs: number): boolean;
  insert(appId: string, transaction: NewTransaction): void;
  /** False when the app has no such send. */
  setStatus(appId: string, id: string, status: TransactionStatus): boolean;
};

const FIND = `SELECT t.app_id, t.id, t.wallet_id, t.caip2, t.nonce, t.status
  FROM unnest($1::text[], $2::text[]) AS k (app_id, id)
  JOIN transactions t ON t.app_id = k.app_id AND t.id = k.id ORDER BY t.app_id, t.id FOR UPDATE OF t`;

const FIND_PENDING = `SELECT t.app_id, t.wallet_id, t.caip2, t.nonce, t.id
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS k (app_id, wallet_id, caip2, nonce)
  JOIN transactions t ON t.app_id = k.app_id AND t.wallet_id = k.wallet_id AND t.caip2 = k.caip2 AND t.nonce = k.nonce
  WHERE t.status = 'pending'`;

const FIND_SENT = `SELECT t.app_id, t.wallet_id, t.caip2, t.nonce, max(t.created_at_ms)
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[]) AS k (app_id, wallet_id, caip2, nonce, since)
  JOIN transactions t ON t.app_id = k.app_id AND t.wallet_id = k.wallet_id AND t.created_at_ms > k.since
    AND t.caip2 = k.caip2 AND t.nonce = k.nonce
  WHERE t.status <> 'failed' GROUP BY t.app_id, t.wallet_id, t.caip2, t.nonce`;

const INSERT = `INSERT INTO transactions (app_id, id, wallet_id, caip2, nonce, status, hash, signed, reference_id,
    created_at_ms, expires_at_ms)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
    $9::text[], $10::bigint[], $11::bigint[])`;

const SET_STATUS = `UPDATE transactions t SET status = k.status
  FROM unnest($1::text[], $2::text[], $3::text[]) AS k (app_id, id, status) WHERE t.app_id = k.app_id AND t.id = k.id`;

type Known = Send & { status: TransactionStatus };

export function createTransactionStage(): TransactionStage {
  const known = createKeyed<Known>();
  const pending = createKeyed<string>();
  /** When the last send with a nonce was made; one that fails in this very batch still counts. */
  const sent = createKeyed<number>();
  const sentSince = new Map<string, number>();
  /** The same id twice is a caller's bug, which the database's key finds. */
  const added: { appId: string; transaction: NewTransaction }[] = [];

  const nonceKey = (appId: string, { walletId, caip2, nonce }: Send) => [appId, walletId, caip2, nonce];

  return {
    want(appId, id) {
      known.want(appId, id);
    },
    wantNonce(appId, send, sinceMs) {
      const key = nonceKey(appId, send);
      pending.want(...key);
      if (sinceMs === undefined) return;
      const name = JSON.stringify(key);
      sent.want(...key);
      sentSince.set(name, Math.min(sinceMs, sentSince.get(name) ?? sinceMs));
    },
    hasPendingNonce: (appId, send) => pending.find(...nonceKey(appId, send)) !== undefined,
    hasSentNonce(appId, send, sinceMs) {
      const lastMs = sent.find(...nonceKey(appId, send));
      return lastMs !== undefined && lastMs > sinceMs;
    },
    insert(appId, transaction) {
      const { id, walletId, caip2, nonce } = transaction;
      added.push({ appId, transaction });
      known.set([appId, id], { walletId, caip2, nonce, status: "pending" });
      const key = nonceKey(appId, transaction);
      pending.set(key, id);
      sent.set(key, Math.max(transaction.createdAtMs, sent.find(...key) ?? 0));
    },
    setStatus(appId, id, status) {
      const send = known.find(appId, id);
      if (send === undefined) return false;
      known.set([appId, id], { ...send, status });
      const key = nonceKey(appId, send);
      if (status === "pending") pending.set(key, id);
      else if (pending.find(...key) === id) pending.set(key, undefined);
      return true;
    },
    load() {
      const loads: Load[] = [];
      const ids = known.wanted();
      if (ids.length > 0) {
        const take = (rows: Row[]) => {
          for (const row of rows as [string, string, string, string, string, TransactionStatus][]) {
            const [appId, id, walletId, caip2, nonce, status] = row;
            known.keep([appId, id], { walletId, caip2, nonce, status });
            if (status === "pending") pending.keep([appId, walletId, caip2, nonce], id);
          }
        };
        loads.push({ sql: FIND, params: toColumns(ids, 2), take });
      }
      const nonces = pending.wanted();
      if (nonces.length > 0) {
        const take = (rows: Row[]) => {
          for (const [appId, walletId, caip2, nonce, id] of rows as [string, string, string, string, string][]) {
            pending.keep([appId, walletId, caip2, nonce], id);
          }
        };
        loads.push({ sql: FIND_PENDING, params: toColumns(nonces, 4), take });
      }
      const asked = sent.wanted().map((key) => [...key, sentSince.get(JSON.stringify(key))!]);
      if (asked.length > 0) {
        const take = (rows: Row[]) => {
          for (const [appId, walletId, caip2, nonce, lastMs] of rows as [string, string, string, string, string][]) {
            sent.keep([appId, walletId, caip2, nonce], readInteger(lastMs));
          }
        };
        loads.push({ sql: FIND_SENT, params: toColumns(asked, 5), take });
      }
      return loads;
    },
    flush() {
      const statements: Statement[] = [];
      // Statuses first: a send that is settled makes room for one with its nonce in the same batch.
      const moved = known
        .changes()
        .filter(({ before }) => before !== undefined)
        .map(({ key, value }) => [...key, value!.status]);
      if (moved.length > 0) statements.push({ sql: SET_STATUS, params: toColumns(moved, 3) });
      const rows = added.map(({ appId, transaction }) => {
        const { id, walletId, caip2, nonce, hash, signed, referenceId, createdAtMs, expiresAtMs } = transaction;
        const status = known.find(appId, id)?.status ?? "pending";
        const times = [createdAtMs, expiresAtMs ?? null];
        return [appId, id, walletId, caip2, nonce, status, hash, signed, referenceId ?? null, ...times];
      });
      if (rows.length > 0) statements.push({ sql: INSERT, params: toColumns(rows, 11) });
      return statements;
    },
  };
}
