import type { NewReceipt } from "../../storage.ts";
import type { Stage } from "../batch.ts";
import { type Row, readInteger, type Statement, toColumns } from "../statement.ts";
import { createKeyed } from "./keyed.ts";

export type ReceiptStage = Stage & {
  want(appId: string): void;
  /** Returns the receipt's sequence. */
  append(appId: string, receipt: NewReceipt): number;
};

/** The row that all appenders of an app take in turn: sequences have no gaps, whichever process wrote them. */
const LOCK_HEADS = `SELECT h.app_id, h.last FROM unnest($1::text[]) AS k (app_id)
  JOIN receipt_heads h ON h.app_id = k.app_id ORDER BY h.app_id FOR UPDATE OF h`;

const INSERT_HEADS = `INSERT INTO receipt_heads (app_id, last) SELECT * FROM unnest($1::text[], $2::bigint[])`;

const UPDATE_HEADS = `UPDATE receipt_heads h SET last = k.last
  FROM unnest($1::text[], $2::bigint[]) AS k (app_id, last) WHERE h.app_id = k.app_id`;

const INSERT = `INSERT INTO receipts (app_id, sequence, id, receipt, wallet_id, decision, created_at_ms, policy_id,
    signer_id)
  SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[],
    $8::text[], $9::text[])`;

export function createReceiptStage(): ReceiptStage {
  const heads = createKeyed<number>();
  const added: Row[] = [];

  return {
    want(appId) {
      heads.want(appId);
    },
    append(appId, { id, receipt, walletId, decision, createdAtMs, policyId, signerId }) {
      const sequence = 1 + (heads.find(appId) ?? 0);
      heads.set([appId], sequence);
      const facts = [walletId ?? null, decision, createdAtMs, policyId ?? null, signerId ?? null];
      added.push([appId, sequence, id, receipt, ...facts]);
      return sequence;
    },
    load() {
      const apps = heads.wanted();
      if (apps.length === 0) return [];
      const take = (rows: Row[]) => {
        for (const [appId, last] of rows as [string, string][]) heads.keep([appId], readInteger(last));
      };
      return [{ sql: LOCK_HEADS, params: toColumns(apps, 1), take }];
    },
    flush() {
      if (added.length === 0) return [];
      const statements: Statement[] = [];
      const changed = heads.changes();
      for (const [sql, isNew] of [
        [INSERT_HEADS, true],
        [UPDATE_HEADS, false],
      ] as const) {
        const rows = changed
          .filter(({ before }) => (before === undefined) === isNew)
          .map(({ key, value }) => [...key, value!]);
        if (rows.length > 0) statements.push({ sql, params: toColumns(rows, 2) });
      }
      statements.push({ sql: INSERT, params: toColumns(added, 9) });
      return statements;
    },
  };
}
