import type { ReceiptFilter, StoredReceipt } from "../../storage.ts";
import { type Reader, readInteger, type SqlValue } from "../statement.ts";

export type ReceiptReads = {
  list(appId: string, afterSequence: number, limit: number): Promise<StoredReceipt[]>;
  listOfWallet(appId: string, walletId: string, afterSequence: number, limit: number): Promise<StoredReceipt[]>;
  listLatest(appId: string, filter: ReceiptFilter, before: number | undefined, limit: number): Promise<StoredReceipt[]>;
  find(appId: string, id: string): Promise<StoredReceipt | undefined>;
  findLastSequence(appId: string): Promise<number>;
};

type ReceiptRow = [string, string, string, string | null, "ALLOW" | "DENY", string, string | null, string | null];

const COLUMNS = "sequence, id, receipt, wallet_id, decision, created_at_ms, policy_id, signer_id";
const LIST = `SELECT ${COLUMNS} FROM receipts WHERE app_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3::bigint`;
const LIST_OF_WALLET = `SELECT ${COLUMNS} FROM receipts WHERE app_id = $1 AND wallet_id = $2 AND sequence > $3
  ORDER BY sequence LIMIT $4::bigint`;
const FIND = `SELECT ${COLUMNS} FROM receipts WHERE app_id = $1 AND id = $2`;
const FIND_LAST = "SELECT last FROM receipt_heads WHERE app_id = $1";

export function createReceiptReads(reader: Reader): ReceiptReads {
  return {
    list: async (appId, afterSequence, limit) =>
      (await reader.findRows<ReceiptRow>(LIST, [appId, afterSequence, limit])).map((row) => readReceipt(appId, row)),
    async listOfWallet(appId, walletId, afterSequence, limit) {
      const rows = await reader.findRows<ReceiptRow>(LIST_OF_WALLET, [appId, walletId, afterSequence, limit]);
      return rows.map((row) => readReceipt(appId, row));
    },
    async listLatest(appId, filter, before, limit) {
      const { sql, params } = buildLatestQuery(appId, filter, before, limit);
      return (await reader.findRows<ReceiptRow>(sql, params)).map((row) => readReceipt(appId, row));
    },
    async find(appId, id) {
      const row = await reader.findRow<ReceiptRow>(FIND, [appId, id]);
      return row === undefined ? undefined : readReceipt(appId, row);
    },
    async findLastSequence(appId) {
      const row = await reader.findRow<[string]>(FIND_LAST, [appId]);
      return row === undefined ? 0 : readInteger(row[0]);
    },
  };
}

function readReceipt(appId: string, row: ReceiptRow): StoredReceipt {
  const [sequence, id, receipt, walletId, decision, createdAtMs, policyId, signerId] = row;
  return {
    appId,
    sequence: readInteger(sequence),
    id,
    receipt,
    walletId: walletId ?? undefined,
    decision,
    createdAtMs: readInteger(createdAtMs),
    ...(policyId === null ? {} : { policyId }),
    ...(signerId === null ? {} : { signerId }),
  };
}

/** One text for each combination of filters. */
function buildLatestQuery(
  appId: string,
  filter: ReceiptFilter,
  before: number | undefined,
  limit: number,
): { sql: string; params: SqlValue[] } {
  const params: SqlValue[] = [appId];
  const conditions = ["app_id = $1"];
  const { walletId, signerId, policyId, decision } = filter;
  const columns = { wallet_id: walletId, signer_id: signerId, policy_id: policyId, decision };
  for (const [column, value] of Object.entries(columns)) {
    if (value !== undefined) conditions.push(`${column} = $${params.push(value)}`);
  }
  if (before !== undefined) conditions.push(`sequence < $${params.push(before)}::bigint`);
  const sql = `SELECT ${COLUMNS} FROM receipts WHERE ${conditions.join(" AND ")}
    ORDER BY sequence DESC LIMIT $${params.push(limit)}::bigint`;
  return { sql, params };
}
