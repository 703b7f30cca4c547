import { assertCommitUnit, assertLimit } from "../commit-unit.ts";
import { type CursorScope, cutPage, decodeCursor, encodeCursor, type ListPosition } from "../cursor.ts";
import { assertDocumentList, assertDocumentUnit, documentScope } from "../document-unit.ts";
import { type Page, type Paged, type Storage, StorageUnavailableError, type StoredAnswer } from "../storage.ts";
import { commitUnit } from "./commit-unit.ts";
import type { ConnectionPool } from "./connection-pool.ts";
import type { GroupCommit } from "./group-commit.ts";
import { assertMigrated, LIST_MIGRATIONS, MIGRATIONS } from "./migrate.ts";
import { prune } from "./prune.ts";
import { createDocumentReads } from "./reads/documents.ts";
import { createReceiptReads } from "./reads/receipts.ts";
import { createRecordReads } from "./reads/records.ts";
import { createRequestReads } from "./reads/requests.ts";
import { createTransactionReads } from "./reads/transactions.ts";
import { createUserReads } from "./reads/users.ts";
import { createWalletReads } from "./reads/wallets.ts";

/** The storage port over PostgreSQL: reads go to the pool, writes to the group. Any number of processes may share it. */
export function createPostgresStorage(pool: ConnectionPool, group: GroupCommit, cursorKey: Uint8Array): Storage {
  const records = createRecordReads(pool);
  const wallets = createWalletReads(pool);
  const users = createUserReads(pool);
  const requests = createRequestReads(pool);
  const transactions = createTransactionReads(pool);
  const receipts = createReceiptReads(pool);
  const documents = createDocumentReads(pool);
  let closing: Promise<void> | undefined;

  async function page<T extends ListPosition>(
    scope: CursorScope,
    { cursor, limit }: Page,
    list: (after: ListPosition | undefined, limit: number) => Promise<T[]>,
  ): Promise<Paged<T>> {
    assertLimit(limit);
    const rows = await list(cursor === undefined ? undefined : decodeCursor(cursorKey, scope, cursor), limit + 1);
    const data = rows.slice(0, limit);
    const end = data.at(-1);
    return {
      data,
      nextCursor: rows.length > limit && end !== undefined ? encodeCursor(cursorKey, scope, end) : undefined,
    };
  }

  return {
    kind: "postgres",
    async findRecord(appId, key, options) {
      const record = await records.findCurrent(appId, key);
      return record?.deleted && options?.includeDeleted !== true ? undefined : record;
    },
    async findRecords(appId, keys) {
      const found = await records.findAllCurrent(appId, keys);
      return found.map((record) => (record?.deleted ? undefined : record));
    },
    listApps: () => records.listApps(),
    findWalletSecret: (appId, walletId) => wallets.findSecret(appId, walletId),
    listWallets: (appId, filter, wanted) =>
      page({ list: "wallets", appId }, wanted, (after, limit) =>
        wallets.list(appId, filter, wanted.order ?? "oldest", after, limit),
      ),
    async listRecords(appId, type, filter, wanted) {
      assertLimit(wanted.limit);
      if (filter.titlePrefix !== undefined) {
        const data = await records.list(appId, type, filter, "oldest", undefined, wanted.limit);
        return { data, nextCursor: undefined };
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
    findUser: (appId, id) => users.find(appId, id),
    findUserByAccount: (appId, account) => users.findByAccount(appId, account),
    listUsers: (appId, wanted) =>
      page({ list: "users", appId }, wanted, (after, limit) =>
        users.list(appId, wanted.order ?? "oldest", after, limit),
      ),
    async findUsers(appId, filter, { cursor, limit }) {
      assertLimit(limit);
      const scope = { list: "users" as const, appId };
      const after = cursor === undefined ? undefined : decodeCursor(cursorKey, scope, cursor);
      const end = await users.findEnd(appId, filter, after);
      return cutPage(await users.listPassing(appId, filter, after, end, limit + 1), limit, end, (position) =>
        encodeCursor(cursorKey, scope, position),
      );
    },
    countUsers: (appId) => users.count(appId),
    async searchUsers(appId, { idPrefix, accountPrefixes }, limit) {
      assertLimit(limit);
      return users.search(appId, idPrefix, accountPrefixes, limit);
    },
    findConsumed: (appId, digest, nowMs) => requests.findConsumed(appId, digest, nowMs),
    findIdempotent: (appId, key, nowMs) => requests.findIdempotent(appId, key, nowMs),
    findTransaction: (appId, id) => transactions.find(appId, id),
    findTransactionsByReference: (appId, referenceId) => transactions.findByReference(appId, referenceId),
    listTransactions: (appId, filter, wanted) =>
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
    findReceipt: (appId, id) => receipts.find(appId, id),
    findLastSequence: (appId) => receipts.findLastSequence(appId),
    findDocument: (key) => documents.find(key),
    findDocumentByKey: (collection, scope, key) => documents.findByKey(collection, scope, key),
    async listDocuments(list, wanted) {
      assertDocumentList(list);
      return page(documentScope(list), wanted, (after, limit) => documents.list(list, after, limit));
    },
    countDocuments: (collection, scope, tag) => documents.count(collection, scope, tag),
    async writeDocuments(unit) {
      assertDocumentUnit(unit);
      return group.write({
        announce: (batch) => batch.documents.want(unit),
        apply: (batch) => batch.documents.apply(unit),
      });
    },
    async commit(unit) {
      assertCommitUnit(unit);
      return group.write(commitUnit(unit));
    },
    settleTransaction: (appId, id, status, answer?: StoredAnswer) =>
      group.write({
        announce: (batch) => batch.transactions.want(appId, id),
        apply(batch) {
          if (!batch.transactions.setStatus(appId, id, status)) throw new Error("the app has no such transaction");
          if (answer !== undefined) batch.requests.replaceAnswers(appId, id, answer);
        },
      }),
    prune: (nowMs) => prune(pool, nowMs),
    async check() {
      assertMigrated(await pool.findRows(LIST_MIGRATIONS, []), MIGRATIONS);
    },
    close() {
      closing ??= (async () => {
        await group.drain();
        group.stop(new StorageUnavailableError("the database is closed"));
        pool.close();
      })();
      return closing;
    },
  };
}
