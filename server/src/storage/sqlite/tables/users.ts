import type { ListPosition } from "../../cursor.ts";
import { type PutUser, type StoredUser, USERS_EXAMINED, type UserFilter } from "../../storage.ts";
import type { Connection, SqlValue } from "../connection.ts";

export type UserTable = {
  find(appId: string, id: string): StoredUser | undefined;
  findByAccount(appId: string, account: string): StoredUser | undefined;
  findIdByAccount(appId: string, account: string): string | undefined;
  /** At most `limit` users after the position. */
  list(appId: string, order: "oldest" | "newest", after: ListPosition | undefined, limit: number): StoredUser[];
  /** The last user that a page of the filtered list looks at, newest first; undefined when it reaches the end. */
  findEnd(appId: string, filter: UserFilter, after: ListPosition | undefined): ListPosition | undefined;
  /** At most `limit` that pass, from after the one position to the other. */
  listPassing(
    appId: string,
    filter: UserFilter,
    after: ListPosition | undefined,
    end: ListPosition | undefined,
    limit: number,
  ): StoredUser[];
  count(appId: string): number;
  /** By id. */
  search(appId: string, idPrefix: string, accountPrefixes: string[], limit: number): StoredUser[];
  /** Accounts go before any comes, so that a handle may pass from one user to another. */
  change(appId: string, puts: PutUser[], deletions: string[]): void;
};

type UserRow = [string, string, number, string];

const COLUMNS = "u.app_id, u.id, u.created_at_ms, u.profile";

export function createUserTable(connection: Connection): UserTable {
  const find = connection.prepareRead<UserRow>(`SELECT ${COLUMNS} FROM users u WHERE u.app_id = ? AND u.id = ?`);
  const findByAccount = connection.prepareRead<UserRow>(
    `SELECT ${COLUMNS} FROM user_accounts a CROSS JOIN users u ON u.app_id = a.app_id AND u.id = a.user_id
     WHERE a.app_id = ? AND a.account = ?`,
  );
  const findIdByAccount = connection.prepareRead<[string]>(
    "SELECT user_id FROM user_accounts WHERE app_id = ? AND account = ?",
  );
  const lists = {
    oldest: prepareLists(connection, ">", "ASC"),
    newest: prepareLists(connection, "<", "DESC"),
  };
  const count = connection.prepareRead<[number]>("SELECT count(*) FROM users u WHERE u.app_id = ?");
  const searchIds = connection.prepareRead<[string]>(
    "SELECT id FROM users WHERE app_id = ? AND id >= ? AND id < ? ORDER BY id LIMIT ?",
  );
  const searchAccounts = connection.prepareRead<[string]>(
    "SELECT user_id FROM user_accounts WHERE app_id = ? AND account >= ? AND account < ? ORDER BY account LIMIT ?",
  );
  const put = connection.prepareWrite(
    `INSERT INTO users (app_id, id, created_at_ms, profile) VALUES (?, ?, ?, ?)
     ON CONFLICT (app_id, id) DO UPDATE SET created_at_ms = excluded.created_at_ms, profile = excluded.profile`,
  );
  const remove = connection.prepareWrite("DELETE FROM users WHERE app_id = ? AND id = ?");
  const insertAccount = connection.prepareWrite(
    "INSERT INTO user_accounts (app_id, account, user_id) VALUES (?, ?, ?)",
  );
  const removeAccounts = connection.prepareWrite("DELETE FROM user_accounts WHERE app_id = ? AND user_id = ?");

  return {
    find: (appId, id) => readUser(find.findRow([appId, id])),
    findByAccount: (appId, account) => readUser(findByAccount.findRow([appId, account])),
    findIdByAccount: (appId, account) => findIdByAccount.findRow([appId, account])?.[0],
    list(appId, order, after, limit) {
      const { first, next } = lists[order];
      const rows =
        after === undefined
          ? first.findRows([appId, limit])
          : next.findRows([appId, after.createdAtMs, after.id, limit]);
      return rows.map((row) => readUser(row)!);
    },
    findEnd(appId, filter, after) {
      const { conditions, params } = narrow(appId, filter, after);
      const sql = `SELECT u.created_at_ms, u.id FROM users u WHERE ${conditions.join(" AND ")} ${NEWEST} LIMIT 1 OFFSET ?`;
      const row = connection.prepareRead<[number, string]>(sql).findRow([...params, USERS_EXAMINED - 1]);
      return row === undefined ? undefined : { createdAtMs: row[0], id: row[1] };
    },
    listPassing(appId, filter, after, end, limit) {
      const { conditions, params } = narrow(appId, filter, after);
      if (end !== undefined) {
        conditions.push("(u.created_at_ms, u.id) >= (?, ?)");
        params.push(end.createdAtMs, end.id);
      }
      if (filter.accountType !== undefined) {
        conditions.push(HAS_ACCOUNT);
        params.push(`${filter.accountType}:`, endOf(`${filter.accountType}:`));
      }
      if (filter.hasWallet !== undefined) conditions.push(filter.hasWallet ? HAS_WALLET : `NOT ${HAS_WALLET}`);
      const sql = `SELECT ${COLUMNS} FROM users u WHERE ${conditions.join(" AND ")} ${NEWEST} LIMIT ?`;
      const rows = connection.prepareRead<UserRow>(sql).findRows([...params, limit]);
      return rows.map((row) => readUser(row)!);
    },
    count: (appId) => count.findRow([appId])?.[0] ?? 0,
    search(appId, idPrefix, accountPrefixes, limit) {
      const ids = new Set(searchIds.findRows([appId, idPrefix, endOf(idPrefix), limit]).map(([id]) => id));
      for (const prefix of accountPrefixes) {
        for (const [id] of searchAccounts.findRows([appId, prefix, endOf(prefix), limit])) ids.add(id);
      }
      return [...ids]
        .sort()
        .slice(0, limit)
        .map((id) => readUser(find.findRow([appId, id]))!);
    },
    change(appId, puts, deletions) {
      for (const id of deletions) {
        removeAccounts.run([appId, id]);
        remove.run([appId, id]);
      }
      for (const user of puts) removeAccounts.run([appId, user.id]);
      for (const user of puts) {
        put.run([appId, user.id, user.createdAtMs, user.profile]);
        for (const account of new Set(user.accounts)) insertAccount.run([appId, account, user.id]);
      }
    },
  };
}

const NEWEST = "ORDER BY u.created_at_ms DESC, u.id DESC";
const HAS_ACCOUNT = `EXISTS (SELECT 1 FROM user_accounts a
  WHERE a.app_id = u.app_id AND a.user_id = u.id AND a.account >= ? AND a.account < ?)`;
/** A wallet of a quorum that the user is a member of, or of one that such a quorum is a member of. */
const HAS_WALLET = `EXISTS (SELECT 1 FROM record_references m
  JOIN record_references f ON f.app_id = m.app_id AND f.kind = 'owner' AND f.type = 'wallet' AND f.target IN (
    SELECT m.id UNION ALL SELECT p.id FROM record_references p
    WHERE p.app_id = m.app_id AND p.target = m.id AND p.kind = 'member_quorum' AND p.type = 'key_quorum')
  JOIN wallets w ON w.app_id = f.app_id AND w.id = f.id AND w.archived = 0
  WHERE m.app_id = u.app_id AND m.target = u.id AND m.kind = 'member_user' AND m.type = 'key_quorum')`;

/** The conditions that the order's index answers. */
function narrow(appId: string, filter: UserFilter, after: ListPosition | undefined) {
  const conditions = ["u.app_id = ?"];
  const params: SqlValue[] = [appId];
  const require = (condition: string, ...values: SqlValue[]) => {
    conditions.push(condition);
    params.push(...values);
  };
  if (after !== undefined) require("(u.created_at_ms, u.id) < (?, ?)", after.createdAtMs, after.id);
  if (filter.createdFromMs !== undefined) require("u.created_at_ms >= ?", filter.createdFromMs);
  if (filter.createdBeforeMs !== undefined) require("u.created_at_ms < ?", filter.createdBeforeMs);
  return { conditions, params };
}

function readUser(row: UserRow | undefined): StoredUser | undefined {
  if (row === undefined) return undefined;
  const [appId, id, createdAtMs, profile] = row;
  return { appId, id, createdAtMs, profile };
}

function prepareLists(connection: Connection, beyond: "<" | ">", direction: "ASC" | "DESC") {
  const order = `ORDER BY u.created_at_ms ${direction}, u.id ${direction} LIMIT ?`;
  return {
    first: connection.prepareRead<UserRow>(`SELECT ${COLUMNS} FROM users u WHERE u.app_id = ? ${order}`),
    next: connection.prepareRead<UserRow>(
      `SELECT ${COLUMNS} FROM users u WHERE u.app_id = ? AND (u.created_at_ms, u.id) ${beyond} (?, ?) ${order}`,
    ),
  };
}

/** The first text after all that begin with this: no text holds a character beyond U+10FFFF. */
function endOf(prefix: string): string {
  return `${prefix}\u{10ffff}`;
}
