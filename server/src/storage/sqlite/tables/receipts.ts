import type { NewReceipt, ReceiptFilter, StoredReceipt } from "../../storage.ts";
import type { Connection, ReadStatement, SqlValue } from "../connection.ts";
import type { TransactionListener } from "../group-commit.ts";

/** The append-only log of an app's receipts. Sequences begin at 1 and have no gaps. */
export type ReceiptTable = TransactionListener & {
  list(appId: string, afterSequence: number, limit: number): StoredReceipt[];
  listOfWallet(appId: string, walletId: string, afterSequence: number, limit: number): StoredReceipt[];
  listLatest(appId: string, filter: ReceiptFilter, before: number | undefined, limit: number): StoredReceipt[];
  find(appId: string, id: string): StoredReceipt | undefined;
  findLastSequence(appId: string): number;
  /** Returns the receipt's sequence. */
  append(appId: string, receipt: NewReceipt): number;
};

type ReceiptRow = [number, string, string, string | null, "ALLOW" | "DENY", number, string | null, string | null];

const COLUMNS = "sequence, id, receipt, wallet_id, decision, created_at_ms, policy_id, signer_id";

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
    `INSERT INTO receipts (app_id, ${COLUMNS})
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  // One statement for each combination of filters that was asked for: at most 2^5.
  const latest = new Map<string, ReadStatement<ReceiptRow>>();
  // The last sequence of an app, so that an append is one statement. Staged until the transaction is durable.
  const last = new Map<string, number>();
  const staged = new Map<string, number>();

  return {
    list: (appId, afterSequence, limit) =>
      list.findRows([appId, afterSequence, limit]).map((row) => readReceipt(appId, row)),
    listOfWallet: (appId, walletId, afterSequence, limit) =>
      listOfWallet.findRows([appId, walletId, afterSequence, limit]).map((row) => readReceipt(appId, row)),
    listLatest(appId, filter, before, limit) {
      const { sql, params } = buildLatestQuery(appId, filter, before, limit);
      let statement = latest.get(sql);
      if (statement === undefined) {
        statement = connection.prepareRead<ReceiptRow>(sql);
        latest.set(sql, statement);
      }
      return statement.findRows(params).map((row) => readReceipt(appId, row));
    },
    find(appId, id) {
      const row = find.findRow([appId, id]);
      return row === undefined ? undefined : readReceipt(appId, row);
    },
    findLastSequence: (appId) => last.get(appId) ?? findLast.findRow([appId])?.[0] ?? 0,
    append(appId, { id, receipt, walletId, decision, createdAtMs, policyId, signerId }) {
      const sequence = 1 + (staged.get(appId) ?? last.get(appId) ?? findLast.findRow([appId])?.[0] ?? 0);
      const facts = [walletId ?? null, decision, createdAtMs, policyId ?? null, signerId ?? null];
      insert.run([appId, sequence, id, receipt, ...facts]);
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
  const [sequence, id, receipt, walletId, decision, createdAtMs, policyId, signerId] = row;
  return {
    appId,
    sequence,
    id,
    receipt,
    walletId: walletId ?? undefined,
    decision,
    createdAtMs,
    ...(policyId === null ? {} : { policyId }),
    ...(signerId === null ? {} : { signerId }),
  };
}

/** The filter that names fewest receipts leads, by its own index; the others are looked at row by row. */
function buildLatestQuery(
  appId: string,
  filter: ReceiptFilter,
  before: number | undefined,
  limit: number,
): { sql: string; params: SqlValue[] } {
  const given = (
    [
      ["wallet_id", filter.walletId, "receipts_wallet"],
      ["signer_id", filter.signerId, "receipts_signer"],
      ["policy_id", filter.policyId, "receipts_policy"],
      ["decision", filter.decision, "receipts_decision"],
    ] as const
  ).filter(([, value]) => value !== undefined);
  const index = given[0]?.[2] ?? "receipts_sequence";
  const conditions = ["app_id = ?", ...given.map(([column]) => `${column} = ?`)];
  const params: SqlValue[] = [appId, ...given.map(([, value]) => value!)];
  if (before !== undefined) {
    conditions.push("sequence < ?");
    params.push(before);
  }
  const sql = `SELECT ${COLUMNS} FROM receipts INDEXED BY ${index}
    WHERE ${conditions.join(" AND ")} ORDER BY sequence DESC LIMIT ?`;
  return { sql, params: [...params, limit] };
}
