import type { NewReceipt, StoredReceipt } from "../../storage.ts";
import type { Connection } from "../connection.ts";
import type { TransactionListener } from "../group-commit.ts";

/** The append-only log of an app's receipts. Sequences begin at 1 and have no gaps. */
export type ReceiptTable = TransactionListener & {
  list(appId: string, afterSequence: number, limit: number): StoredReceipt[];
  /** Returns the receipt's sequence. */
  append(appId: string, receipt: NewReceipt): number;
};

type ReceiptRow = [number, string, string | null, "ALLOW" | "DENY", number];

const REMEMBERED_APPS_MAX = 10_000;

export function createReceiptTable(connection: Connection): ReceiptTable {
  const list = connection.prepareRead<ReceiptRow>(
    `SELECT sequence, receipt, wallet_id, decision, created_at_ms FROM receipts
     WHERE app_id = ? AND sequence > ? ORDER BY sequence LIMIT ?`,
  );
  const findLast = connection.prepareRead<[number]>(
    "SELECT sequence FROM receipts WHERE app_id = ? ORDER BY sequence DESC LIMIT 1",
  );
  const insert = connection.prepareWrite(
    "INSERT INTO receipts (app_id, sequence, receipt, wallet_id, decision, created_at_ms) VALUES (?, ?, ?, ?, ?, ?)",
  );
  // The last sequence of an app, so that an append is one statement. Staged until the transaction is durable.
  const last = new Map<string, number>();
  const staged = new Map<string, number>();

  return {
    list(appId, afterSequence, limit) {
      const rows = list.findRows([appId, afterSequence, limit]);
      return rows.map(([sequence, receipt, walletId, decision, createdAtMs]) => {
        return { appId, sequence, receipt, walletId: walletId ?? undefined, decision, createdAtMs };
      });
    },
    append(appId, { receipt, walletId, decision, createdAtMs }) {
      const sequence = 1 + (staged.get(appId) ?? last.get(appId) ?? findLast.findRow([appId])?.[0] ?? 0);
      insert.run([appId, sequence, receipt, walletId ?? null, decision, createdAtMs]);
      staged.set(appId, sequence);
      return sequence;
    },
    committed() {
      if (last.size > REMEMBERED_APPS_MAX) last.clear();
      for (const [appId, sequence] of staged) last.set(appId, sequence);
      staged.clear();
    },
    rolledBack() {
      staged.clear();
    },
  };
}
