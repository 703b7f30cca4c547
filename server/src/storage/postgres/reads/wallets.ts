import type { ListPosition } from "../../cursor.ts";
import type { StoredRecord, WalletFilter } from "../../storage.ts";
import type { Reader, SqlValue } from "../statement.ts";
import { RECORD_COLUMNS, type RecordRow, readRecord } from "./records.ts";

export type WalletReads = {
  /** At most `limit` live wallets after the position. */
  list(
    appId: string,
    filter: WalletFilter,
    order: "oldest" | "newest",
    after: ListPosition | undefined,
    limit: number,
  ): Promise<StoredRecord[]>;
  /** Of a live wallet. */
  findSecret(
    appId: string,
    walletId: string,
  ): Promise<{ sealedKey: string; sealedSeed: string | undefined } | undefined>;
};

const FIND_SECRET = `SELECT s.sealed_key, s.sealed_seed FROM wallet_secrets s
  JOIN records r ON r.app_id = s.app_id AND r.type = 'wallet' AND r.id = s.wallet_id AND NOT r.deleted
  WHERE s.app_id = $1 AND s.wallet_id = $2`;

export function createWalletReads(reader: Reader): WalletReads {
  return {
    async list(appId, filter, order, after, limit) {
      const { sql, params } = buildWalletQuery(appId, filter, order, after, limit);
      return (await reader.findRows<RecordRow>(sql, params)).map(readRecord);
    },
    async findSecret(appId, walletId) {
      const row = await reader.findRow<[string, string | null]>(FIND_SECRET, [appId, walletId]);
      return row === undefined ? undefined : { sealedKey: row[0], sealedSeed: row[1] ?? undefined };
    },
  };
}

/** Wallets whose owner is one of the quorums that have a member, or of those quorums' parents. */
function ownedByMember(kind: "member_user" | "member_key", member: string): string {
  return `w.id IN (
    WITH quorums (id) AS (
      SELECT id FROM record_references
      WHERE app_id = $1 AND target = ${member} AND kind = '${kind}' AND type = 'key_quorum'
    ), owners (id) AS (
      SELECT id FROM quorums UNION
      SELECT p.id FROM quorums q JOIN record_references p
        ON p.app_id = $1 AND p.target = q.id AND p.kind = 'member_quorum' AND p.type = 'key_quorum'
    )
    SELECT f.id FROM owners o JOIN record_references f
      ON f.app_id = $1 AND f.target = o.id AND f.kind = 'owner' AND f.type = 'wallet')`;
}

function attributedTo(entity: string): string {
  return `w.id IN (SELECT e.id FROM record_references e
    WHERE e.app_id = $1 AND e.target = ${entity} AND e.kind = 'entity' AND e.type = 'wallet')`;
}

/** One text for each combination of filters. */
function buildWalletQuery(
  appId: string,
  filter: WalletFilter,
  order: "oldest" | "newest",
  after: ListPosition | undefined,
  limit: number,
): { sql: string; params: SqlValue[] } {
  const params: SqlValue[] = [appId];
  const bind = (value: SqlValue) => `$${params.push(value)}`;
  const conditions = ["w.app_id = $1"];
  if (filter.includeArchived !== true) conditions.push("NOT w.archived");
  if (filter.chainType !== undefined) conditions.push(`w.chain_type = ${bind(filter.chainType)}`);
  if (filter.externalId !== undefined) conditions.push(`w.external_id = ${bind(filter.externalId)}`);
  if (filter.address !== undefined) conditions.push(`w.address = ${bind(filter.address)}`);
  if (filter.userId !== undefined) conditions.push(ownedByMember("member_user", bind(filter.userId)));
  if (filter.publicKey !== undefined) conditions.push(ownedByMember("member_key", bind(filter.publicKey)));
  if (filter.entityId !== undefined) conditions.push(attributedTo(bind(filter.entityId)));
  const [beyond, way] = order === "newest" ? ["<", "DESC"] : [">", "ASC"];
  if (after !== undefined) {
    conditions.push(`(w.created_at_ms, w.id) ${beyond} (${bind(after.createdAtMs)}::bigint, ${bind(after.id)})`);
  }
  const sql = `SELECT ${RECORD_COLUMNS} FROM wallets w
    JOIN records r ON r.app_id = w.app_id AND r.type = 'wallet' AND r.id = w.id
    WHERE ${conditions.join(" AND ")} ORDER BY w.created_at_ms ${way}, w.id ${way} LIMIT ${bind(limit)}::bigint`;
  return { sql, params };
}
