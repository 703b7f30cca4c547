import type { PutRecord } from "../protocol.ts";
import type { Operation } from "./operation.ts";
import type { AdditionalSigner } from "./records.ts";
import { Refusal } from "./refusal.ts";

type Controls = { ownerId: string | null; signers: readonly AdditionalSigner[] };

/**
 * Session signers on wallets of users need the app's switch: while it is off, none is added, none gets another
 * policy, and no wallet that has one passes to a user. Removing one is always possible. `put` holds quorums that this
 * operation makes.
 */
export function assertServerSideAccess(
  op: Operation,
  before: Controls | undefined,
  after: Controls,
  put: readonly PutRecord[],
): void {
  if (after.ownerId === null || after.signers.length === 0) return;
  const known = new Set(before?.ownerId === after.ownerId ? before.signers.map(nameOf) : []);
  if (after.signers.every((signer) => known.has(nameOf(signer)))) return;
  const app = op.records.get("app", op.appId);
  if (app.body.server_side_access === true || !hasUsers(op, after.ownerId, put)) return;
  throw new Refusal(
    400,
    "feature_not_enabled",
    "server-side access is off for this app, so wallets of users take no session signers; switch it on in the app's settings (server_side_access), or create the app with --server-side-access",
  );
}

function nameOf({ signer_id, override_policy_ids }: AdditionalSigner): string {
  return JSON.stringify([signer_id, override_policy_ids ?? null]);
}

/** Whether a user is a member of the quorum, or of one inside it. */
function hasUsers(op: Operation, quorumId: string, put: readonly PutRecord[]): boolean {
  const made = put.find(({ type, id }) => type === "key_quorum" && id === quorumId);
  if (made !== undefined) return made.references.some(({ kind }) => kind === "member_user");
  const { user_ids, key_quorum_ids } = op.records.get("key_quorum", quorumId).body;
  if (user_ids.length > 0) return true;
  op.records.requireAll(key_quorum_ids.map((id) => ({ type: "key_quorum" as const, id })));
  return key_quorum_ids.some((id) => op.records.get("key_quorum", id).body.user_ids.length > 0);
}
