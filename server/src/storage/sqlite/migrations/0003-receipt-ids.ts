import type { Migration } from "../../migration.ts";

/** Receipts found by their own id and by wallet. Those of before have the id inside their seal. */
export const receiptIds: Migration = {
  number: 3,
  name: "receipt-ids",
  sql: `
ALTER TABLE receipts ADD COLUMN id TEXT;
UPDATE receipts SET id = json_extract(substr(receipt, instr(receipt, '{')), '$.id');
CREATE UNIQUE INDEX receipts_id ON receipts (app_id, id);
CREATE INDEX receipts_wallet ON receipts (app_id, wallet_id, sequence) WHERE wallet_id IS NOT NULL;
`,
};
