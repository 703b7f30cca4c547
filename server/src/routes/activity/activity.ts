import type { activityRoutes } from "@mandate/contract/activity";
import { readSealedRecord } from "@mandate/signer/protocol";
import { ApiError } from "../../api-error.ts";
import type { StoredReceipt } from "../../storage/storage.ts";
import { requireApp } from "../app-resources/for-team.ts";
import type { RouteHandler } from "../handler.ts";

export const listActivity: RouteHandler<typeof activityRoutes.listActivity> = async (deps, { params, query }) => {
  const appId = params.app_id;
  await requireApp(deps, appId);
  const filter = {
    ...(query.wallet_id === undefined ? {} : { walletId: query.wallet_id }),
    ...(query.signer_id === undefined ? {} : { signerId: query.signer_id }),
    ...(query.policy_id === undefined ? {} : { policyId: query.policy_id }),
    ...(query.decision === undefined ? {} : { decision: query.decision }),
  };
  const limit = query.limit ?? 50;
  const found = await deps.storage.listLatestReceipts(appId, filter, readCursor(query.cursor), limit + 1);
  const data = found.slice(0, limit);
  const nextCursor = found.length > limit ? String(data.at(-1)!.sequence) : null;
  return { status: 200, body: { data: data.map(viewEntry), next_cursor: nextCursor } };
};

export const getActivity: RouteHandler<typeof activityRoutes.getActivity> = async (deps, { params }) => {
  await requireApp(deps, params.app_id);
  const receipt = await deps.storage.findReceipt(params.app_id, params.receipt_id);
  if (receipt === undefined) throw new ApiError("not_found");
  return { status: 200, body: { entry: viewEntry(receipt), receipt: { ...readSealedRecord(receipt.receipt).body } } };
};

/** A list of one app by sequence: the place in it tells nothing, so it is its own cursor. */
function readCursor(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  const sequence = Number(cursor);
  if (!/^[1-9][0-9]{0,15}$/.test(cursor) || !Number.isSafeInteger(sequence)) {
    throw new ApiError("invalid_data", "cursor is not one that this list returned");
  }
  return sequence;
}

type Body = {
  operation: string;
  method: string;
  path: string;
  policy: { reason?: string; rule_id?: string } | null;
  team_member_id?: string;
  refusal?: { code?: string } | null;
  transaction_hash?: string;
};

/** Operations about the app itself, which the operator's key signs. */
const OF_APPS = new Set(["createApp", "updateApp", "deleteApp", "createAppSecret", "deleteAppSecret"]);

function viewEntry(stored: StoredReceipt) {
  const body = readSealedRecord(stored.receipt).body as Body;
  return {
    id: stored.id,
    sequence: stored.sequence,
    created_at: stored.createdAtMs,
    decision: stored.decision,
    operation: body.operation,
    method: body.method,
    path: body.path,
    wallet_id: stored.walletId ?? null,
    policy_id: stored.policyId ?? null,
    signer_id: stored.signerId ?? null,
    actor: actorOf(body),
    reason: body.policy?.reason ?? body.refusal?.code ?? null,
    rule_id: body.policy?.rule_id ?? null,
    transaction_hash: body.transaction_hash ?? null,
  };
}

function actorOf({ team_member_id: memberId, operation }: Body) {
  if (memberId !== undefined) return { type: "team" as const, member_id: memberId };
  return { type: OF_APPS.has(operation) ? ("operator" as const) : ("app" as const), member_id: null };
}
