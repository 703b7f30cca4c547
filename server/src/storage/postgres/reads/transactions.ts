import type { ListPosition } from "../../cursor.ts";
import type { StoredTransaction, TransactionFilter, TransactionStatus } from "../../storage.ts";
import { type Reader, readInteger, type SqlValue } from "../statement.ts";

export type TransactionReads = {
  find(appId: string, id: string): Promise<StoredTransaction | undefined>;
  findByReference(appId: string, referenceId: string): Promise<StoredTransaction[]>;
  list(
    appId: string,
    filter: TransactionFilter,
    order: "oldest" | "newest",
    after: ListPosition | undefined,
    limit: number,
  ): Promise<StoredTransaction[]>;
  listPending(limit: number): Promise<StoredTransaction[]>;
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
  string,
  string | null,
];

const COLUMNS = "app_id, id, wallet_id, caip2, nonce, status, hash, signed, reference_id, created_at_ms, expires_at_ms";
const FIND = `SELECT ${COLUMNS} FROM transactions WHERE app_id = $1 AND id = $2`;
const FIND_BY_REFERENCE = `SELECT ${COLUMNS} FROM transactions WHERE app_id = $1 AND reference_id = $2
  ORDER BY created_at_ms, row`;
const LIST_PENDING = `SELECT ${COLUMNS} FROM transactions WHERE status = 'pending'
  ORDER BY created_at_ms, row LIMIT $1::bigint`;

export function createTransactionReads(reader: Reader): TransactionReads {
  return {
    async find(appId, id) {
      const row = await reader.findRow<TransactionRow>(FIND, [appId, id]);
      return row === undefined ? undefined : readTransaction(row);
    },
    findByReference: async (appId, referenceId) =>
      (await reader.findRows<TransactionRow>(FIND_BY_REFERENCE, [appId, referenceId])).map(readTransaction),
    async list(appId, filter, order, after, limit) {
      const [beyond, way] = order === "newest" ? ["<", "DESC"] : [">", "ASC"];
      const params: SqlValue[] = [appId];
      const bind = (value: SqlValue) => `$${params.push(value)}`;
      const conditions = ["app_id = $1"];
      if (filter.walletId !== undefined) conditions.push(`wallet_id = ${bind(filter.walletId)}`);
      if (filter.caip2 !== undefined) conditions.push(`caip2 = ${bind(filter.caip2)}`);
      if (filter.hash !== undefined) conditions.push(`hash = ${bind(filter.hash)}`);
      if (after !== undefined) {
        conditions.push(`(created_at_ms, id) ${beyond} (${bind(after.createdAtMs)}::bigint, ${bind(after.id)})`);
      }
      const sql = `SELECT ${COLUMNS} FROM transactions WHERE ${conditions.join(" AND ")}
        ORDER BY created_at_ms ${way}, id ${way} LIMIT ${bind(limit)}::bigint`;
      return (await reader.findRows<TransactionRow>(sql, params)).map(readTransaction);
    },
    listPending: async (limit) => (await reader.findRows<TransactionRow>(LIST_PENDING, [limit])).map(readTransaction),
  };
}

function readTransaction(row: TransactionRow): StoredTransaction {
  const [appId, id, walletId, caip2, nonce, status, hash, signed, referenceId, createdAtMs, expiresAtMs] = row;
  const send = { appId, id, walletId, caip2, nonce, status, hash, signed, referenceId: referenceId ?? undefined };
  const transaction = { ...send, createdAtMs: readInteger(createdAtMs) };
  return expiresAtMs === null ? transaction : { ...transaction, expiresAtMs: readInteger(expiresAtMs) };
}
