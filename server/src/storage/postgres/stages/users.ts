import type { PutUser } from "../../storage.ts";
import type { Stage } from "../batch.ts";
import { type Row, type Statement, toColumns } from "../statement.ts";
import { createKeyed } from "./keyed.ts";

export type UserStage = Stage & {
  wantAccount(appId: string, account: string): void;
  findIdByAccount(appId: string, account: string): string | undefined;
  /** Accounts go before any comes, so that a handle may pass from one user to another. */
  change(appId: string, puts: PutUser[], deletions: string[]): void;
};

const FIND_HOLDERS = `SELECT a.app_id, a.account, a.user_id FROM unnest($1::text[], $2::text[]) AS k (app_id, account)
  JOIN user_accounts a ON a.app_id = k.app_id AND a.account = k.account`;

const REMOVE_ACCOUNTS = `DELETE FROM user_accounts a USING unnest($1::text[], $2::text[]) AS k (app_id, user_id)
  WHERE a.app_id = k.app_id AND a.user_id = k.user_id`;

const REMOVE = `DELETE FROM users u USING unnest($1::text[], $2::text[]) AS k (app_id, id)
  WHERE u.app_id = k.app_id AND u.id = k.id`;

const PUT = `INSERT INTO users (app_id, id, created_at_ms, profile)
  SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[])
  ON CONFLICT (app_id, id) DO UPDATE SET created_at_ms = excluded.created_at_ms, profile = excluded.profile`;

const INSERT_ACCOUNTS = `INSERT INTO user_accounts (app_id, account, user_id)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[])`;

export function createUserStage(): UserStage {
  const holders = createKeyed<string>();
  const users = createKeyed<PutUser>();

  function release(appId: string, userId: string): void {
    const known = [...holders.wanted(), ...holders.changes().map(({ key }) => key)];
    for (const key of known) {
      if (key[0] === appId && holders.find(...key) === userId) holders.set(key, undefined);
    }
  }

  return {
    wantAccount(appId, account) {
      holders.want(appId, account);
    },
    findIdByAccount: (appId, account) => holders.find(appId, account),
    change(appId, puts, deletions) {
      for (const id of [...deletions, ...puts.map((user) => user.id)]) release(appId, id);
      for (const id of deletions) users.set([appId, id], undefined);
      for (const user of puts) {
        users.set([appId, user.id], user);
        for (const account of user.accounts) holders.set([appId, account], user.id);
      }
    },
    load() {
      const keys = holders.wanted();
      if (keys.length === 0) return [];
      const take = (rows: Row[]) => {
        for (const [appId, account, id] of rows as [string, string, string][]) holders.keep([appId, account], id);
      };
      return [{ sql: FIND_HOLDERS, params: toColumns(keys, 2), take }];
    },
    flush() {
      const changed = users.changes();
      if (changed.length === 0) return [];
      const keysOf = (rows: typeof changed) => rows.map(({ key }) => key);
      const statements: Statement[] = [{ sql: REMOVE_ACCOUNTS, params: toColumns(keysOf(changed), 2) }];
      const gone = keysOf(changed.filter(({ value }) => value === undefined));
      if (gone.length > 0) statements.push({ sql: REMOVE, params: toColumns(gone, 2) });
      const live = changed.filter(({ value }) => value !== undefined);
      const rows = live.map(({ key, value }) => [...key, value!.createdAtMs, value!.profile]);
      if (rows.length > 0) statements.push({ sql: PUT, params: toColumns(rows, 4) });
      const accounts = live
        .flatMap(({ key: [appId, id], value }) =>
          [...new Set(value!.accounts)].map((account) => [appId!, account, id!]),
        )
        .sort((left, right) => (left[1]! < right[1]! ? -1 : 1));
      if (accounts.length > 0) statements.push({ sql: INSERT_ACCOUNTS, params: toColumns(accounts, 3) });
      return statements;
    },
  };
}
