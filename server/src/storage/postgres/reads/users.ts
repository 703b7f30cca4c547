import type { ListPosition } from "../../cursor.ts";
import { type StoredUser, USERS_EXAMINED, type UserFilter } from "../../storage.ts";
import { endOf, type Reader, readInteger } from "../statement.ts";

export type UserReads = {
  find(appId: string, id: string): Promise<StoredUser | undefined>;
  findByAccount(appId: string, account: string): Promise<StoredUser | undefined>;
  /** At most `limit` users after the position. */
  list(
    appId: string,
    order: "oldest" | "newest",
    after: ListPosition | undefined,
    limit: number,
  ): Promise<StoredUser[]>;
  /** The last user that a page of the filtered list looks at, newest first; undefined when it reaches the end. */
  findEnd(appId: string, filter: UserFilter, after: ListPosition | undefined): Promise<ListPosition | undefined>;
  /** At most `limit` that pass, from after the one position to the other. */
  listPassing(
    appId: string,
    filter: UserFilter,
    after: ListPosition | undefined,
    end: ListPosition | undefined,
    limit: number,
  ): Promise<StoredUser[]>;
  count(appId: string): Promise<number>;
  /** By id. */
  search(appId: string, idPrefix: string, accountPrefixes: string[], limit: number): Promise<StoredUser[]>;
};

type UserRow = [string, string, string, string];

const COLUMNS = "u.app_id, u.id, u.created_at_ms, u.profile";
const FIND = `SELECT ${COLUMNS} FROM users u WHERE u.app_id = $1 AND u.id = $2`;
const FIND_BY_ACCOUNT = `SELECT ${COLUMNS} FROM user_accounts a
  JOIN users u ON u.app_id = a.app_id AND u.id = a.user_id WHERE a.app_id = $1 AND a.account = $2`;
const COUNT = "SELECT count(*) FROM users u WHERE u.app_id = $1";
const SEARCH = `SELECT ${COLUMNS} FROM users u WHERE u.app_id = $1 AND u.id IN (
    SELECT s.id FROM users s WHERE s.app_id = $1 AND s.id >= $2 AND s.id < $3
    UNION
    SELECT a.user_id FROM unnest($4::text[], $5::text[]) AS k (first, past)
      JOIN user_accounts a ON a.app_id = $1 AND a.account >= k.first AND a.account < k.past)
  ORDER BY u.id LIMIT $6::bigint`;

export function createUserReads(reader: Reader): UserReads {
  return {
    find: async (appId, id) => readUser(await reader.findRow<UserRow>(FIND, [appId, id])),
    findByAccount: async (appId, account) => readUser(await reader.findRow<UserRow>(FIND_BY_ACCOUNT, [appId, account])),
    async list(appId, order, after, limit) {
      const [beyond, way] = order === "newest" ? ["<", "DESC"] : [">", "ASC"];
      const place = after === undefined ? "" : `AND (u.created_at_ms, u.id) ${beyond} ($3::bigint, $4)`;
      const sql = `SELECT ${COLUMNS} FROM users u WHERE u.app_id = $1 ${place}
        ORDER BY u.created_at_ms ${way}, u.id ${way} LIMIT $2::bigint`;
      const position = after === undefined ? [] : [after.createdAtMs, after.id];
      return (await reader.findRows<UserRow>(sql, [appId, limit, ...position])).map((row) => readUser(row)!);
    },
    async findEnd(appId, filter, after) {
      const { where, params } = narrow(appId, filter, after);
      const sql = `SELECT u.created_at_ms, u.id FROM users u WHERE ${where} ${NEWEST} LIMIT 1 OFFSET ${USERS_EXAMINED - 1}`;
      const row = await reader.findRow<[string, string]>(sql, params);
      return row === undefined ? undefined : { createdAtMs: readInteger(row[0]), id: row[1] };
    },
    async listPassing(appId, filter, after, end, limit) {
      const { where, params } = narrow(appId, filter, after);
      const bind = (value: string | number) => `$${params.push(value)}`;
      const conditions = [where];
      if (end !== undefined) {
        conditions.push(`(u.created_at_ms, u.id) >= (${bind(end.createdAtMs)}::bigint, ${bind(end.id)})`);
      }
      if (filter.accountType !== undefined) {
        const first = `${filter.accountType}:`;
        conditions.push(`EXISTS (SELECT 1 FROM user_accounts a WHERE a.app_id = u.app_id AND a.user_id = u.id
          AND a.account >= ${bind(first)} AND a.account < ${bind(endOf(first))})`);
      }
      if (filter.hasWallet !== undefined) conditions.push(filter.hasWallet ? HAS_WALLET : `NOT ${HAS_WALLET}`);
      const sql = `SELECT ${COLUMNS} FROM users u WHERE ${conditions.join(" AND ")} ${NEWEST} LIMIT ${bind(limit)}::bigint`;
      return (await reader.findRows<UserRow>(sql, params)).map((row) => readUser(row)!);
    },
    async count(appId) {
      const row = await reader.findRow<[string]>(COUNT, [appId]);
      return row === undefined ? 0 : readInteger(row[0]);
    },
    async search(appId, idPrefix, accountPrefixes, limit) {
      const ends = accountPrefixes.map(endOf);
      const params = [appId, idPrefix, endOf(idPrefix), accountPrefixes, ends, limit];
      return (await reader.findRows<UserRow>(SEARCH, params)).map((row) => readUser(row)!);
    },
  };
}

const NEWEST = "ORDER BY u.created_at_ms DESC, u.id DESC";
/** A wallet of a quorum that the user is a member of, or of one that such a quorum is a member of. */
const HAS_WALLET = `EXISTS (SELECT 1 FROM record_references m
  JOIN record_references f ON f.app_id = m.app_id AND f.kind = 'owner' AND f.type = 'wallet' AND f.target IN (
    SELECT m.id UNION ALL SELECT p.id FROM record_references p
    WHERE p.app_id = m.app_id AND p.target = m.id AND p.kind = 'member_quorum' AND p.type = 'key_quorum')
  JOIN wallets w ON w.app_id = f.app_id AND w.id = f.id AND NOT w.archived
  WHERE m.app_id = u.app_id AND m.target = u.id AND m.kind = 'member_user' AND m.type = 'key_quorum')`;

/** The conditions that the order's index answers. */
function narrow(appId: string, filter: UserFilter, after: ListPosition | undefined) {
  const params: (string | number)[] = [appId];
  const bind = (value: string | number) => `$${params.push(value)}`;
  const conditions = ["u.app_id = $1"];
  if (after !== undefined) {
    conditions.push(`(u.created_at_ms, u.id) < (${bind(after.createdAtMs)}::bigint, ${bind(after.id)})`);
  }
  if (filter.createdFromMs !== undefined) conditions.push(`u.created_at_ms >= ${bind(filter.createdFromMs)}::bigint`);
  if (filter.createdBeforeMs !== undefined)
    conditions.push(`u.created_at_ms < ${bind(filter.createdBeforeMs)}::bigint`);
  return { where: conditions.join(" AND "), params };
}

function readUser(row: UserRow | undefined): StoredUser | undefined {
  if (row === undefined) return undefined;
  const [appId, id, createdAtMs, profile] = row;
  return { appId, id, createdAtMs: readInteger(createdAtMs), profile };
}
