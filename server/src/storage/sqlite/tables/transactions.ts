import type { ListPosition } from "../../cursor.ts";
import type { NewTransaction, StoredTransaction, TransactionFilter, TransactionStatus } from "../../storage.ts";
import type { Connection, ReadStatement, SqlValue } from "../connection.ts";

export type TransactionTable = {
  find(appId: string, id: string): StoredTransaction | undefined;
  findByReference(appId: string, referenceId: string): StoredTransaction[];
  hasPendingNonce(appId: string, send: { walletId: string; caip2: string; nonce: string }): boolean;
  hasSentNonce(appId: string, send: { walletId: string; caip2: string; nonce: string }, sinceMs: number): boolean;
  listPending(limit: number): StoredTransaction[];
  list(
    appId: string,
    filter: TransactionFilter,
    order: "oldest" | "newest",
    after: ListPosition | undefined,
    limit: number,
  ): StoredTransaction[];
  insert(appId: string, transaction: NewTransaction): void;
  /** False when the app has no such send. */
  setStatus(appId: string, id: string, status: TransactionStatus): boolean;
};

type TransactionRow = [
  string,
  string,
  string,
  string,
  string,
  TransactionStatus,
  string,
  string,
  string | null,
  number,
  number | null,
];

const COLUMNS = "app_id, id, wallet_id, caip2, nonce, status, hash, signed, reference_id, created_at_ms, expires_at_ms";

export function createTransactionTable(connection: Connection): TransactionTable {
  const find = connection.prepareRead<TransactionRow>(
    `SELECT ${COLUMNS} FROM transactions WHERE app_id = ? AND id = ?`,
  );
  const findByReference = connection.prepareRead<TransactionRow>(
    `SELECT ${COLUMNS} FROM transactions INDEXED BY transactions_reference
     WHERE app_id = ? AND reference_id = ? ORDER BY created_at_ms, row`,
  );
  const findPendingNonce = connection.prepareRead<[number]>(
    `SELECT 1 FROM transactions
     WHERE app_id = ? AND wallet_id = ? AND caip2 = ? AND nonce = ? AND status = 'pending'`,
  );
  const findSentNonce = connection.prepareRead<[number]>(
    `SELECT 1 FROM transactions INDEXED BY transactions_wallet
     WHERE app_id = ? AND wallet_id = ? AND created_at_ms > ? AND caip2 = ? AND nonce = ? AND status <> 'failed' LIMIT 1`,
  );
  const listPending = connection.prepareRead<TransactionRow>(
    `SELECT ${COLUMNS} FROM transactions WHERE status = 'pending' ORDER BY created_at_ms, row LIMIT ?`,
  );
  const lists = new Map<string, ReadStatement<TransactionRow>>();
  const insert = connection.prepareWrite(
    `INSERT INTO transactions (${COLUMNS}) VALUES (?, ?, ?, ?, ?, 'pending', ?, ?, ?, ?, ?)`,
  );
  const setStatus = connection.prepareWrite("UPDATE transactions SET status = ? WHERE app_id = ? AND id = ?");

  return {
    find(appId, id) {
      const row = find.findRow([appId, id]);
      return row === undefined ? undefined : readTransaction(row);
    },
    findByReference: (appId, referenceId) => findByReference.findRows([appId, referenceId]).map(readTransaction),
    hasPendingNonce: (appId, { walletId, caip2, nonce }) =>
      findPendingNonce.findRow([appId, walletId, caip2, nonce]) !== undefined,
    hasSentNonce: (appId, { walletId, caip2, nonce }, sinceMs) =>
      findSentNonce.findRow([appId, walletId, sinceMs, caip2, nonce]) !== undefined,
    listPending: (limit) => listPending.findRows([limit]).map(readTransaction),
    list(appId, filter, order, after, limit) {
      const [beyond, way] = order === "newest" ? ["<", "DESC"] : [">", "ASC"];
      const conditions = ["app_id = ?"];
      const params: SqlValue[] = [appId];
      for (const [column, value] of [
        ["wallet_id", filter.walletId],
        ["caip2", filter.caip2],
        ["hash", filter.hash],
      ] as const) {
        if (value === undefined) continue;
        conditions.push(`${column} = ?`);
        params.push(value);
      }
      if (after !== undefined) {
        conditions.push(`(created_at_ms, id) ${beyond} (?, ?)`);
        params.push(after.createdAtMs, after.id);
      }
      const index = filter.walletId === undefined ? "transactions_order" : "transactions_wallet";
      const sql = `SELECT ${COLUMNS} FROM transactions INDEXED BY ${index}
        WHERE ${conditions.join(" AND ")} ORDER BY created_at_ms ${way}, id ${way} LIMIT ?`;
      let statement = lists.get(sql);
      if (statement === undefined) {
        statement = connection.prepareRead<TransactionRow>(sql);
        lists.set(sql, statement);
      }
      return statement.findRows([...params, limit]).map(readTransaction);
    },
    insert(appId, { id, walletId, caip2, nonce, hash, signed, referenceId, createdAtMs, expiresAtMs }) {
      const times = [createdAtMs, expiresAtMs ?? null];
      insert.run([appId, id, walletId, caip2, nonce, hash, signed, referenceId ?? null, ...times]);
    },
    setStatus: (appId, id, status) => setStatus.run([status, appId, id]) === 1,
  };
}

function readTransaction(row: TransactionRow): StoredTransaction {
  const [appId, id, walletId, caip2, nonce, status, hash, signed, referenceId, createdAtMs, expiresAtMs] = row;
  const referred = referenceId ?? undefined;
  const transaction = { appId, id, walletId, caip2, nonce, status, hash, signed, referenceId: referred, createdAtMs };
  return expiresAtMs === null ? transaction : { ...transaction, expiresAtMs };
}
