import { randomBytes } from "node:crypto";
import { applyUnit } from "../apply-unit.ts";
import { assertCommitUnit, assertLimit } from "../commit-unit.ts";
import { type CursorScope, cutPage, decodeCursor, encodeCursor, type ListPosition } from "../cursor.ts";
import { assertDocumentList, assertDocumentUnit, documentScope } from "../document-unit.ts";
import { type Page, type Paged, type Storage, StorageUnavailableError } from "../storage.ts";
import type { Connection } from "./connection.ts";
import { createGroupCommit } from "./group-commit.ts";
import { assertMigrated, MIGRATIONS } from "./migrate.ts";
import { releaseConnection } from "./open-connection.ts";
import { createRecordCache } from "./record-cache.ts";
import { createDocumentTable } from "./tables/documents.ts";
import { createReceiptTable } from "./tables/receipts.ts";
import { createRecordTable } from "./tables/records.ts";
import { createRequestTable } from "./tables/requests.ts";
import { createTransactionTable } from "./tables/transactions.ts";
import { createUserTable } from "./tables/users.ts";
import { createWalletTable } from "./tables/wallets.ts";
import type { Tables } from "./tables.ts";

const PRUNE_ROWS = 500;

/**
 * The storage port over a connection that `openConnection` made. `cacheCharactersMax` bounds the records that are
 * held in memory.
 */
export function createSqliteStorage(connection: Connection, cacheCharactersMax = 32 * 1024 * 1024): Storage {
  const cache = createRecordCache(cacheCharactersMax);
  const tables: Tables = {
    records: createRecordTable(connection, cache),
    wallets: createWalletTable(connection),
    users: createUserTable(connection),
    requests: createRequestTable(connection),
    transactions: createTransactionTable(connection),
    receipts: createReceiptTable(connection),
  };
  const { records, wallets, users, requests, transactions, receipts } = tables;
  const documents = createDocumentTable(connection);
  const group = createGroupCommit(connection, {
    committed() {
      cache.committed();
      receipts.committed();
    },
    rolledBack() {
      cache.rolledBack();
      receipts.rolledBack();
    },
  });
  const cursorKey = findOrMakeCursorKey(connection);
  let closing: Promise<void> | undefined;

  function page<T extends ListPosition>(
    scope: CursorScope,
    { cursor, limit }: Page,
    list: (after: ListPosition | undefined, limit: number) => T[],
  ): Paged<T> {
    assertLimit(limit);
    const rows = list(cursor === undefined ? undefined : decodeCursor(cursorKey, scope, cursor), limit + 1);
    const data = rows.slice(0, limit);
    const end = data.at(-1);
    return {
      data,
      nextCursor: rows.length > limit && end !== undefined ? encodeCursor(cursorKey, scope, end) : undefined,
    };
  }

  return {
    kind: "sqlite",
    async findRecord(appId, key, options) {
      const record = records.findCurrent(appId, key);
      return record?.deleted && options?.includeDeleted !== true ? undefined : record;
    },
    async findRecords(appId, keys) {
      return keys.map((key) => {
        const record = records.findCurrent(appId, key);
        return record?.deleted ? undefined : record;
      });
    },
    listApps: async () => records.listApps(),
    async findWalletSecret(appId, walletId) {
      const wallet = records.findCurrent(appId, { type: "wallet", id: walletId });
      return wallet === undefined || wallet.deleted ? undefined : wallets.findSecret(appId, walletId);
    },
    listWallets: async (appId, filter, wanted) =>
      page({ list: "wallets", appId }, wanted, (after, limit) =>
        wallets.list(appId, filter, wanted.order ?? "oldest", after, limit),
      ),
    async listRecords(appId, type, filter, wanted) {
      assertLimit(wanted.limit);
      if (filter.titlePrefix !== undefined) {
        return { data: records.list(appId, type, filter, "oldest", undefined, wanted.limit), nextCursor: undefined };
      }
      return page({ list: "records", appId: JSON.stringify([appId, type]) }, wanted, (after, limit) =>
        records.list(appId, type, filter, wanted.order ?? "oldest", after, limit),
      );
    },
    async findReferrers(appId, kinds, to, limit) {
      assertLimit(limit);
      return records.findReferrers(appId, kinds, to, limit);
    },
    async findUserKeys(appId, userId, nowMs, limit) {
      assertLimit(limit);
      return records.findUserKeys(appId, userId, nowMs, limit);
    },
    findUser: async (appId, id) => users.find(appId, id),
    findUserByAccount: async (appId, account) => users.findByAccount(appId, account),
    listUsers: async (appId, wanted) =>
      page({ list: "users", appId }, wanted, (after, limit) =>
        users.list(appId, wanted.order ?? "oldest", after, limit),
      ),
    async findUsers(appId, filter, { cursor, limit }) {
      assertLimit(limit);
      const scope = { list: "users" as const, appId };
      const after = cursor === undefined ? undefined : decodeCursor(cursorKey, scope, cursor);
      const end = users.findEnd(appId, filter, after);
      return cutPage(users.listPassing(appId, filter, after, end, limit + 1), limit, end, (position) =>
        encodeCursor(cursorKey, scope, position),
      );
    },
    countUsers: async (appId) => users.count(appId),
    async searchUsers(appId, { idPrefix, accountPrefixes }, limit) {
      assertLimit(limit);
      return users.search(appId, idPrefix, accountPrefixes, limit);
    },
    findConsumed: async (appId, digest, nowMs) => requests.findConsumed(appId, digest, nowMs),
    findIdempotent: async (appId, key, nowMs) => requests.findIdempotent(appId, key, nowMs),
    findTransaction: async (appId, id) => transactions.find(appId, id),
    findTransactionsByReference: async (appId, referenceId) => transactions.findByReference(appId, referenceId),
    listTransactions: async (appId, filter, wanted) =>
      page({ list: "transactions", appId }, wanted, (after, limit) =>
        transactions.list(appId, filter, wanted.order ?? "oldest", after, limit),
      ),
    async listUnbroadcast(limit) {
      assertLimit(limit);
      return transactions.listPending(limit);
    },
    async listReceipts(appId, afterSequence, limit) {
      assertLimit(limit);
      return receipts.list(appId, afterSequence, limit);
    },
    async listWalletReceipts(appId, walletId, afterSequence, limit) {
      assertLimit(limit);
      return receipts.listOfWallet(appId, walletId, afterSequence, limit);
    },
    async listLatestReceipts(appId, filter, beforeSequence, limit) {
      assertLimit(limit);
      return receipts.listLatest(appId, filter, beforeSequence, limit);
    },
    findReceipt: async (appId, id) => receipts.find(appId, id),
    findLastSequence: async (appId) => receipts.findLastSequence(appId),
    findDocument: async (key) => documents.find(key),
    findDocumentByKey: async (collection, scope, key) => documents.findByKey(collection, scope, key),
    async listDocuments(list, wanted) {
      assertDocumentList(list);
      return page(documentScope(list), wanted, (after, limit) => documents.list(list, after, limit));
    },
    countDocuments: async (collection, scope, tag) => documents.count(collection, scope, tag),
    async writeDocuments(unit) {
      assertDocumentUnit(unit);
      return group.write(() => documents.apply(unit));
    },
    async commit(unit) {
      assertCommitUnit(unit);
      return group.write(() => applyUnit(tables, unit));
    },
    settleTransaction: (appId, id, status, answer) =>
      group.write(() => {
        if (!transactions.setStatus(appId, id, status)) throw new Error("the app has no such transaction");
        if (answer !== undefined) requests.replaceAnswers(appId, id, answer);
      }),
    async prune(nowMs) {
      let removed = 0;
      // In portions, so that requests are answered in between.
      for (;;) {
        const portion = await group.write(
          () =>
            requests.removeExpired(nowMs, PRUNE_ROWS) +
            records.removeExpired(nowMs, PRUNE_ROWS) +
            documents.removeExpired(nowMs, PRUNE_ROWS),
        );
        if (portion === 0) return { removed };
        removed += portion;
      }
    },
    async check() {
      if (group.failure !== undefined) throw group.failure;
      assertMigrated(connection, MIGRATIONS);
    },
    close() {
      closing ??= (async () => {
        await group.drain();
        group.stop(new StorageUnavailableError("the database is closed"));
        releaseConnection(connection);
      })();
      return closing;
    },
  };
}

function findOrMakeCursorKey(connection: Connection): Uint8Array {
  connection
    .prepareWrite("INSERT OR IGNORE INTO settings (name, value) VALUES ('cursor_key', ?)")
    .run([randomBytes(32).toString("base64url")]);
  const row = connection.prepareRead<[string]>("SELECT value FROM settings WHERE name = 'cursor_key'").findRow([]);
  if (row === undefined) throw new StorageUnavailableError("the database has no cursor key");
  return Buffer.from(row[0], "base64url");
}
