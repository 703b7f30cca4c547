import type { NewReceipt, StoredReceipt } from "../../storage.ts";
import type { Connection } from "../connection.ts";
import type { TransactionListener } from "../group-commit.ts";

/** The append-only log of an app's receipts. Sequences begin at 1 and have no gaps. */
export type ReceiptTable = TransactionListener & {
  list(appId: string, afterSequence: number, limit: number): StoredReceipt[];
  listOfWallet(appId: string, walletId: string, afterSequence: number, limit: number): StoredReceipt[];
  find(appId: string, id: string): StoredReceipt | undefined;
  findLastSequence(appId: string): number;
  /** Returns the receipt's sequence. */
  append(appId: string, receipt: NewReceipt): number;
};

type ReceiptRow = [number, string, string, string | null, "ALLOW" | "DENY", number];

const COLUMNS = "sequence, id, receipt, wallet_id, decision, created_at_ms";

const REMEMBERED_APPS_MAX = 10_000;

export function createReceiptTable(connection: Connection): ReceiptTable {
  const list = connection.prepareRead<ReceiptRow>(
    `SELECT ${COLUMNS} FROM receipts WHERE app_id = ? AND sequence > ? ORDER BY sequence LIMIT ?`,
  );
  const listOfWallet = connection.prepareRead<ReceiptRow>(
    `SELECT ${COLUMNS} FROM receipts WHERE app_id = ? AND wallet_id = ? AND sequence > ? ORDER BY sequence LIMIT ?`,
  );
  const find = connection.prepareRead<ReceiptRow>(`SELECT ${COLUMNS} FROM receipts WHERE app_id = ? AND id = ?`);
  const findLast = connection.prepareRead<[number]>(
    "SELECT sequence FROM receipts WHERE app_id = ? ORDER BY sequence DESC LIMIT 1",
  );
  const insert = connection.prepareWrite(
    `INSERT INTO receipts (app_id, sequence, id, receipt, wallet_id, decision, created_at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  // The last sequence of an app, so that an append is one statement. Staged until the transaction is durable.
  const last = new Map<string, number>();
  const staged = new Map<string, number>();

  return {
    list: (appId, afterSequence, limit) =>
      list.findRows([appId, afterSequence, limit]).map((row) => readReceipt(appId, row)),
    listOfWallet: (appId, walletId, afterSequence, limit) =>
      listOfWallet.findRows([appId, walletId, afterSequence, limit]).map((row) => readReceipt(appId, row)),
    find(appId, id) {
      const row = find.findRow([appId, id]);
      return row === undefined ? undefined : readReceipt(appId, row);
    },
    findLastSequence: (appId) => last.get(appId) ?? findLast.findRow([appId])?.[0] ?? 0,
    append(appId, { id, receipt, walletId, decision, createdAtMs }) {
      const sequence = 1 + (staged.get(appId) ?? last.get(appId) ?? findLast.findRow([appId])?.[0] ?? 0);
      insert.run([appId, sequence, id, receipt, walletId ?? null, decision, createdAtMs]);
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

function readReceipt(appId: string, row: ReceiptRow): StoredReceipt {
  const [sequence, id, receipt, walletId, decision, createdAtMs] = row;
  return { appId, sequence, id, receipt, walletId: walletId ?? undefined, decision, createdAtMs };
}
