import type { CommitUnit, PutRecord } from "../../storage.ts";
import type { Stage } from "../batch.ts";
import { type Row, type Statement, toColumns } from "../statement.ts";
import { createKeyed } from "./keyed.ts";

type WalletSecret = NonNullable<CommitUnit["walletSecrets"]>[number];

export type WalletStage = Stage & {
  wantExternalId(appId: string, externalId: string): void;
  findIdByExternalId(appId: string, externalId: string): string | undefined;
  /** Replaces what the list filters look at; values may change hands between wallets of one unit. */
  putAll(appId: string, puts: PutRecord[]): void;
  /** `replace` is for a rotation of the seal; without it an existing secret is an error. */
  putSecret(appId: string, secret: WalletSecret, replace: boolean): void;
};

const FIND_HOLDERS = `SELECT w.app_id, w.external_id, w.id
  FROM unnest($1::text[], $2::text[]) AS k (app_id, external_id)
  JOIN wallets w ON w.app_id = k.app_id AND w.external_id = k.external_id`;

const REMOVE = `DELETE FROM wallets w USING unnest($1::text[], $2::text[]) AS k (app_id, id)
  WHERE w.app_id = k.app_id AND w.id = k.id`;

const INSERT = `INSERT INTO wallets (app_id, id, created_at_ms, address, chain_type, external_id, archived)
  SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::boolean[])`;

const INSERT_SECRETS = `INSERT INTO wallet_secrets (app_id, wallet_id, sealed_key, sealed_seed)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])`;

const REPLACE_SECRETS = `${INSERT_SECRETS} ON CONFLICT (app_id, wallet_id)
  DO UPDATE SET sealed_key = excluded.sealed_key, sealed_seed = excluded.sealed_seed`;

export function createWalletStage(): WalletStage {
  const holders = createKeyed<string>();
  const wallets = createKeyed<PutRecord>();
  const secrets = createKeyed<WalletSecret>();
  const rotations = new Set<WalletSecret>();

  function release(appId: string, walletId: string): void {
    const known = [...holders.wanted(), ...holders.changes().map(({ key }) => key)];
    for (const key of known) {
      if (key[0] === appId && holders.find(...key) === walletId) holders.set(key, undefined);
    }
  }

  return {
    wantExternalId(appId, externalId) {
      holders.want(appId, externalId);
    },
    findIdByExternalId: (appId, externalId) => holders.find(appId, externalId),
    putAll(appId, puts) {
      const changed = puts.filter((put) => put.type === "wallet");
      for (const { id } of changed) release(appId, id);
      for (const put of changed) {
        wallets.set([appId, put.id], put);
        const externalId = put.deleted ? undefined : put.wallet?.externalId;
        if (externalId !== undefined) holders.set([appId, externalId], put.id);
      }
    },
    putSecret(appId, secret, replace) {
      secrets.set([appId, secret.walletId], secret);
      if (replace) rotations.add(secret);
    },
    load() {
      const keys = holders.wanted();
      if (keys.length === 0) return [];
      const take = (rows: Row[]) => {
        for (const [appId, externalId, id] of rows as [string, string, string][]) holders.keep([appId, externalId], id);
      };
      return [{ sql: FIND_HOLDERS, params: toColumns(keys, 2), take }];
    },
    flush() {
      const statements: Statement[] = [];
      const changed = wallets.changes();
      const moved = changed.filter(({ value }) => value!.version > 1).map(({ key }) => key);
      if (moved.length > 0) statements.push({ sql: REMOVE, params: toColumns(moved, 2) });
      const rows = changed.flatMap(({ key, value }) => {
        const { deleted, createdAtMs, wallet } = value!;
        if (deleted || wallet === undefined) return [];
        const { address, chainType, externalId, archived } = wallet;
        return [[...key, createdAtMs, address, chainType, externalId ?? null, archived]];
      });
      if (rows.length > 0) statements.push({ sql: INSERT, params: toColumns(rows, 7) });
      for (const [sql, isRotation] of [
        [INSERT_SECRETS, false],
        [REPLACE_SECRETS, true],
      ] as const) {
        const sealed = secrets
          .changes()
          .filter(({ value }) => rotations.has(value!) === isRotation)
          .map(({ key, value }) => [...key, value!.sealedKey, value!.sealedSeed ?? null]);
        if (sealed.length > 0) statements.push({ sql, params: toColumns(sealed, 4) });
      }
      return statements;
    },
  };
}
