import type { Migration } from "../migrate.ts";

/**
 * What the team lists and searches by: titles of records, who authorized a receipt and which policy decided, sends by
 * time. Rows of before have all of it inside their seals.
 */
export const listsOfTheTeam: Migration = {
  number: 4,
  name: "lists-of-the-team",
  sql: `
ALTER TABLE records ADD COLUMN title TEXT;
UPDATE records SET title = lower(CASE type
    WHEN 'key_quorum' THEN json_extract(substr(sealed, instr(sealed, '{')), '$.body.display_name')
    ELSE json_extract(substr(sealed, instr(sealed, '{')), '$.body.name') END)
  WHERE type IN ('app', 'key_quorum', 'policy') AND deleted = 0;
CREATE INDEX records_list ON records (app_id, type, created_at_ms, id) WHERE deleted = 0;
CREATE INDEX records_title ON records (app_id, type, title, id) WHERE title IS NOT NULL;
CREATE INDEX records_titled ON records (app_id, type, created_at_ms, id) WHERE title IS NOT NULL;

ALTER TABLE receipts ADD COLUMN policy_id TEXT;
ALTER TABLE receipts ADD COLUMN signer_id TEXT;
UPDATE receipts SET
  policy_id = json_extract(substr(receipt, instr(receipt, '{')), '$.body.policy.policy_id'),
  signer_id = coalesce(
    json_extract(substr(receipt, instr(receipt, '{')), '$.body.policy.principal.key_quorum_id'),
    json_extract(substr(receipt, instr(receipt, '{')), '$.body.principals[0].key_quorum_id'));
CREATE INDEX receipts_decision ON receipts (app_id, decision, sequence);
CREATE INDEX receipts_policy ON receipts (app_id, policy_id, sequence) WHERE policy_id IS NOT NULL;
CREATE INDEX receipts_signer ON receipts (app_id, signer_id, sequence) WHERE signer_id IS NOT NULL;

CREATE INDEX transactions_order ON transactions (app_id, created_at_ms, id);
CREATE INDEX transactions_wallet ON transactions (app_id, wallet_id, created_at_ms, id);
`,
};
