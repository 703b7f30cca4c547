import type { appResourceRoutes } from "@mandate/contract/app-resources";
import { ApiError } from "../../api-error.ts";
import { viewAggregation } from "../../views/aggregation.ts";
import type { RouteHandler } from "../handler.ts";
import { requireApp } from "./for-team.ts";
import { findPolicyUses } from "./policy-uses.ts";

type Routes = typeof appResourceRoutes;

/** An app has ten at most. */
const PAGE = { cursor: undefined, limit: 100, order: "newest" as const };

export const listAppAggregations: RouteHandler<Routes["listAppAggregations"]> = async (deps, { params }) => {
  const appId = params.app_id;
  await requireApp(deps, appId);
  const [page, usesOf] = await Promise.all([
    deps.storage.listRecords(appId, "aggregation", {}, PAGE),
    findPolicyUses(deps, appId),
  ]);
  const data = page.data.map(({ id, sealed }) => ({ aggregation: viewAggregation(sealed), attached_to: usesOf(id) }));
  return { status: 200, body: { data } };
};

export const getAppAggregation: RouteHandler<Routes["getAppAggregation"]> = async (deps, { params }) => {
  const appId = params.app_id;
  await requireApp(deps, appId);
  const record = await deps.storage.findRecord(appId, { type: "aggregation", id: params.aggregation_id });
  if (record === undefined) throw new ApiError("not_found");
  const usesOf = await findPolicyUses(deps, appId);
  return { status: 200, body: { aggregation: viewAggregation(record.sealed), attached_to: usesOf(record.id) } };
};
