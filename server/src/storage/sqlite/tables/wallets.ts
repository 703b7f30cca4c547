import type { ListPosition } from "../../cursor.ts";
import type { CommitUnit, PutRecord, StoredRecord, WalletFilter } from "../../storage.ts";
import type { Connection, ReadStatement, SqlValue } from "../connection.ts";
import { RECORD_COLUMNS, type RecordRow, readRecord } from "./records.ts";

type WalletSecret = NonNullable<CommitUnit["walletSecrets"]>[number];

export type WalletTable = {
  /** At most `limit` live wallets after the position. */
  list(
    appId: string,
    filter: WalletFilter,
    order: "oldest" | "newest",
    after: ListPosition | undefined,
    limit: number,
  ): StoredRecord[];
  findIdByExternalId(appId: string, externalId: string): string | undefined;
  findSecret(appId: string, walletId: string): { sealedKey: string; sealedSeed: string | undefined } | undefined;
  /** Replaces what the filters look at; the rows go before any comes, so unique values may change hands. */
  putAll(appId: string, puts: PutRecord[]): void;
  /** `replace` is for a rotation of the seal; without it an existing secret is an error. */
  putSecret(appId: string, secret: WalletSecret, replace: boolean): void;
};

export function createWalletTable(connection: Connection): WalletTable {
  const findByExternalId = connection.prepareRead<[string]>(
    "SELECT id FROM wallets WHERE app_id = ? AND external_id = ?",
  );
  const findSecret = connection.prepareRead<[string, string | null]>(
    "SELECT sealed_key, sealed_seed FROM wallet_secrets WHERE app_id = ? AND wallet_id = ?",
  );
  const remove = connection.prepareWrite("DELETE FROM wallets WHERE app_id = ? AND id = ?");
  const insert = connection.prepareWrite(
    `INSERT INTO wallets (app_id, id, created_at_ms, address, chain_type, external_id, archived)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertSecret = connection.prepareWrite(
    "INSERT INTO wallet_secrets (app_id, wallet_id, sealed_key, sealed_seed) VALUES (?, ?, ?, ?)",
  );
  const replaceSecret = connection.prepareWrite(
    `INSERT INTO wallet_secrets (app_id, wallet_id, sealed_key, sealed_seed) VALUES (?, ?, ?, ?)
     ON CONFLICT (app_id, wallet_id) DO UPDATE SET sealed_key = excluded.sealed_key, sealed_seed = excluded.sealed_seed`,
  );
  // One statement for each combination of filters that was asked for: at most 2^9.
  const lists = new Map<string, ReadStatement<RecordRow>>();

  return {
    list(appId, filter, order, after, limit) {
      const { sql, params } = buildWalletQuery(appId, filter, order, after, limit);
      let statement = lists.get(sql);
      if (statement === undefined) {
        statement = connection.prepareRead<RecordRow>(sql);
        lists.set(sql, statement);
      }
      return statement.findRows(params).map(readRecord);
    },
    findIdByExternalId: (appId, externalId) => findByExternalId.findRow([appId, externalId])?.[0],
    findSecret(appId, walletId) {
      const row = findSecret.findRow([appId, walletId]);
      return row === undefined ? undefined : { sealedKey: row[0], sealedSeed: row[1] ?? undefined };
    },
    putAll(appId, puts) {
      const wallets = puts.filter((put) => put.type === "wallet");
      for (const { id, version } of wallets) if (version > 1) remove.run([appId, id]);
      for (const { id, createdAtMs, deleted, wallet } of wallets) {
        if (deleted || wallet === undefined) continue;
        const { address, chainType, externalId, archived } = wallet;
        insert.run([appId, id, createdAtMs, address, chainType, externalId ?? null, archived ? 1 : 0]);
      }
    },
    putSecret(appId, { walletId, sealedKey, sealedSeed }, replace) {
      (replace ? replaceSecret : insertSecret).run([appId, walletId, sealedKey, sealedSeed ?? null]);
    },
  };
}

/** Wallets whose owner is one of the quorums that have a member, or of those quorums' parents. */
function ownedByMember(kind: "member_user" | "member_key"): string {
  return `w.id IN (
    WITH quorums (id) AS (
      SELECT id FROM record_references
      WHERE app_id = ? AND target = ? AND kind = '${kind}' AND type = 'key_quorum'
    ), owners (id) AS (
      SELECT id FROM quorums UNION
      SELECT p.id FROM quorums q CROSS JOIN record_references p
        ON p.app_id = ? AND p.target = q.id AND p.kind = 'member_quorum' AND p.type = 'key_quorum'
    )
    SELECT f.id FROM owners o CROSS JOIN record_references f
      ON f.app_id = ? AND f.target = o.id AND f.kind = 'owner' AND f.type = 'wallet')`;
}

const ATTRIBUTED = `w.id IN (
  SELECT e.id FROM record_references e WHERE e.app_id = ? AND e.target = ? AND e.kind = 'entity' AND e.type = 'wallet')`;

function buildWalletQuery(
  appId: string,
  filter: WalletFilter,
  direction: "oldest" | "newest",
  after: ListPosition | undefined,
  limit: number,
): { sql: string; params: SqlValue[] } {
  const conditions = ["w.app_id = ?"];
  const params: SqlValue[] = [appId];
  function require(condition: string, ...values: SqlValue[]): void {
    conditions.push(condition);
    params.push(...values);
  }
  if (filter.includeArchived !== true) require("w.archived = 0");
  if (filter.chainType !== undefined) require("w.chain_type = ?", filter.chainType);
  if (filter.externalId !== undefined) require("w.external_id = ?", filter.externalId);
  if (filter.address !== undefined) require("w.address = ?", filter.address);
  if (filter.userId !== undefined) require(ownedByMember("member_user"), appId, filter.userId, appId, appId);
  if (filter.publicKey !== undefined) require(ownedByMember("member_key"), appId, filter.publicKey, appId, appId);
  if (filter.entityId !== undefined) require(ATTRIBUTED, appId, filter.entityId);
  // Without statistics SQLite would walk all wallets of the app, in order. These filters name few wallets: find those
  // by their index, then sort. Unary plus takes the order's index away, CROSS JOIN fixes who leads
  // (sqlite.org/optoverview.html, sections 2.3 and 8.2).
  const isSelective =
    filter.address !== undefined ||
    filter.userId !== undefined ||
    filter.publicKey !== undefined ||
    filter.entityId !== undefined;
  const order = isSelective ? ["+w.created_at_ms", "+w.id"] : ["w.created_at_ms", "w.id"];
  const [beyond, way] = direction === "newest" ? ["<", "DESC"] : [">", "ASC"];
  if (after !== undefined) require(`(${order.join(", ")}) ${beyond} (?, ?)`, after.createdAtMs, after.id);
  params.push(limit);
  const index = filter.address === undefined ? "" : "INDEXED BY wallets_address";
  const sql = `SELECT ${RECORD_COLUMNS} FROM wallets w ${index}
    CROSS JOIN records r ON r.app_id = w.app_id AND r.type = 'wallet' AND r.id = w.id
    WHERE ${conditions.join(" AND ")} ORDER BY ${order.map((column) => `${column} ${way}`).join(", ")} LIMIT ?`;
  return { sql, params };
}
