import { createDocumentStage } from "./stages/documents.ts";
import { createReceiptStage } from "./stages/receipts.ts";
import { createRecordStage } from "./stages/records.ts";
import { createRequestStage } from "./stages/requests.ts";
import { createTransactionStage } from "./stages/transactions.ts";
import { createUserStage } from "./stages/users.ts";
import { createWalletStage } from "./stages/wallets.ts";
import type { Row, Statement } from "./statement.ts";

/** A statement and who wants its rows. */
export type Load = Statement & { take(rows: Row[]): void };

/**
 * One table's part in a batch. Jobs first say what they will look at; that is locked and loaded in one trip. Then they
 * decide and write in memory, one after the other, each seeing what those before it wrote; what came of it is flushed
 * with the COMMIT in a second trip.
 *
 * INVARIANT: every stage locks and inserts its rows in the order of their keys, and the stages follow one another in
 * the order of `createBatch`, so that two processes never wait for each other in a circle.
 */
export type Stage = { load(): Load[]; flush(): Statement[] };

export type Batch = ReturnType<typeof createBatch>;

export function createBatch() {
  const records = createRecordStage();
  const wallets = createWalletStage();
  const users = createUserStage();
  const requests = createRequestStage();
  const transactions = createTransactionStage();
  const receipts = createReceiptStage();
  const documents = createDocumentStage();
  const stages: Stage[] = [records, wallets, users, requests, transactions, documents, receipts];
  return {
    records,
    wallets,
    users,
    requests,
    transactions,
    receipts,
    documents,
    load: () => stages.flatMap((stage) => stage.load()),
    flush: () => stages.flatMap((stage) => stage.flush()),
  };
}

/** What a writer hands in: its say before the load and its work after it, both without waiting. */
export type Job<T> = { announce(batch: Batch): void; apply(batch: Batch): T };
