import type { ListPosition } from "../../cursor.ts";
import type { PutUser, StoredUser } from "../../storage.ts";
import type { Connection } from "../connection.ts";

export type UserTable = {
  find(appId: string, id: string): StoredUser | undefined;
  findByAccount(appId: string, account: string): StoredUser | undefined;
  findIdByAccount(appId: string, account: string): string | undefined;
  /** At most `limit` users after the position. */
  list(appId: string, after: ListPosition | undefined, limit: number): StoredUser[];
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
  const listFirst = connection.prepareRead<UserRow>(
    `SELECT ${COLUMNS} FROM users u WHERE u.app_id = ? ORDER BY u.created_at_ms, u.id LIMIT ?`,
  );
  const listAfter = connection.prepareRead<UserRow>(
    `SELECT ${COLUMNS} FROM users u WHERE u.app_id = ? AND (u.created_at_ms, u.id) > (?, ?)
     ORDER BY u.created_at_ms, u.id LIMIT ?`,
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
    list(appId, after, limit) {
      const rows =
        after === undefined
          ? listFirst.findRows([appId, limit])
          : listAfter.findRows([appId, after.createdAtMs, after.id, limit]);
      return rows.map((row) => readUser(row)!);
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

function readUser(row: UserRow | undefined): StoredUser | undefined {
  if (row === undefined) return undefined;
  const [appId, id, createdAtMs, profile] = row;
  return { appId, id, createdAtMs, profile };
}
