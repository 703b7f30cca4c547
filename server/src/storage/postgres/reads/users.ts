import type { ListPosition } from "../../cursor.ts";
import type { StoredUser } from "../../storage.ts";
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

function readUser(row: UserRow | undefined): StoredUser | undefined {
  if (row === undefined) return undefined;
  const [appId, id, createdAtMs, profile] = row;
  return { appId, id, createdAtMs: readInteger(createdAtMs), profile };
}
