import type { appResourceRoutes } from "@mandate/contract/app-resources";
import { ApiError } from "../../api-error.ts";
import type { StoredRecord } from "../../storage/storage.ts";
import { readConditionSetItems, viewConditionSet } from "../../views/condition-set.ts";
import type { RouteHandler } from "../handler.ts";
import { requireApp } from "./for-team.ts";
import { findPolicyUses, type PolicyUse } from "./policy-uses.ts";
import { listRecords } from "./records.ts";

type Routes = typeof appResourceRoutes;

export const listAppConditionSets: RouteHandler<Routes["listAppConditionSets"]> = async (deps, { params, query }) => {
  const appId = params.app_id;
  await requireApp(deps, appId);
  const [page, usesOf] = await Promise.all([
    listRecords(deps, appId, "condition_set", {}, query),
    findPolicyUses(deps, appId),
  ]);
  const data = page.data.map((record) => viewEntry(record, usesOf));
  return { status: 200, body: { data, next_cursor: page.nextCursor ?? null } };
};

export const getAppConditionSet: RouteHandler<Routes["getAppConditionSet"]> = async (deps, { params }) => {
  const appId = params.app_id;
  await requireApp(deps, appId);
  const record = await deps.storage.findRecord(appId, { type: "condition_set", id: params.condition_set_id });
  if (record === undefined) throw new ApiError("not_found");
  return { status: 200, body: viewEntry(record, await findPolicyUses(deps, appId)) };
};

function viewEntry({ id, sealed }: StoredRecord, usesOf: (id: string) => PolicyUse[]) {
  return {
    condition_set: viewConditionSet(sealed),
    item_count: readConditionSetItems(sealed).length,
    attached_to: usesOf(id),
  };
}
