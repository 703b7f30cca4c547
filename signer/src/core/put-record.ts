import type { JsonObject } from "@mandate/core/encoding/json-value";
import type { PutRecord } from "../protocol.ts";
import type { Operation } from "./operation.ts";
import type {
  AggregationBody,
  AggregationWindowBody,
  AppBody,
  ConditionSetBody,
  KeyQuorumBody,
  PolicyBody,
  UserBody,
  UserKeyBody,
  WalletBody,
} from "./records.ts";

type Next =
  | { type: "app"; body: AppBody }
  | { type: "user"; body: UserBody }
  | { type: "user_key"; body: UserKeyBody }
  | { type: "key_quorum"; body: KeyQuorumBody }
  | { type: "policy"; body: PolicyBody }
  | { type: "wallet"; body: WalletBody }
  | { type: "condition_set"; body: ConditionSetBody }
  | { type: "aggregation"; body: AggregationBody }
  | { type: "aggregation_window"; body: AggregationWindowBody };

/** Seals the next version of a record, with the index that storage keeps beside it. `createdAtMs` defaults to now. */
export function putRecord(
  op: Operation,
  next: Next & { id: string; version: number; deleted?: boolean; createdAtMs?: number },
): PutRecord {
  const { type, id, version, deleted = false, createdAtMs = op.nowMs } = next;
  const sealed = op.ctx.sealer.sealRecord({
    type,
    appId: op.appId,
    id,
    version,
    deleted,
    createdAtMs,
    body: next.body as JsonObject,
  });
  const put: PutRecord = {
    type,
    id,
    version,
    sealed,
    deleted,
    createdAtMs,
    references: deleted ? [] : referencesOf(next, op.appId),
  };
  if (next.type === "wallet") {
    const { address, chain_type: chainType, external_id: externalId, archived_at: archivedAt } = next.body;
    put.wallet = { address, chainType, archived: archivedAt !== null, ...(externalId === null ? {} : { externalId }) };
  }
  if (next.type === "user_key") put.expiresAtMs = next.body.expires_at;
  return put;
}

function referencesOf(next: Next, appId: string): PutRecord["references"] {
  switch (next.type) {
    case "app":
      return [];
    case "user":
      return next.body.identities.map((to) => ({ kind: "identity", to }));
    case "user_key":
      return [{ kind: "owner", to: next.body.user_id }];
    case "key_quorum":
      return [
        ...next.body.authorization_keys.map(({ public_key: to }) => ({ kind: "member_key" as const, to })),
        ...next.body.user_ids.map((to) => ({ kind: "member_user" as const, to })),
        ...next.body.key_quorum_ids.map((to) => ({ kind: "member_quorum" as const, to })),
      ];
    case "aggregation":
      return [...ownerReference(next.body.owner_id), { kind: "app", to: appId }];
    case "aggregation_window":
      return [];
    case "condition_set":
    case "policy":
      return ownerReference(next.body.owner_id);
    case "wallet":
      return [
        ...ownerReference(next.body.owner_id),
        ...next.body.additional_signers.map(({ signer_id: to }) => ({ kind: "signer" as const, to })),
        ...policiesOf(next.body).map((to) => ({ kind: "policy" as const, to })),
        ...(next.body.entity === undefined ? [] : [{ kind: "entity" as const, to: next.body.entity.id }]),
      ];
  }
}

function ownerReference(ownerId: string | null): PutRecord["references"] {
  return ownerId === null ? [] : [{ kind: "owner", to: ownerId }];
}

function policiesOf(wallet: WalletBody): string[] {
  return [
    ...new Set([
      ...wallet.policy_ids,
      ...wallet.additional_signers.flatMap((signer) => signer.override_policy_ids ?? []),
    ]),
  ];
}
