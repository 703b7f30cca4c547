import type { appResourceRoutes } from "@mandate/contract/app-resources";
import { ApiError } from "../../api-error.ts";
import { viewPolicy } from "../../views/policy.ts";
import type { RouteHandler } from "../handler.ts";
import { requireApp } from "./for-team.ts";
import { countReferrers } from "./key-quorums.ts";
import { listRecords } from "./records.ts";

const SHOWN_MAX = 100;

export const listAppPolicies: RouteHandler<typeof appResourceRoutes.listAppPolicies> = async (
  deps,
  { params, query },
) => {
  await requireApp(deps, params.app_id);
  const page = await listRecords(deps, params.app_id, "policy", {}, query);
  const data = await Promise.all(
    page.data.map(async (record) => ({
      policy: viewPolicy(record.sealed),
      attached_to: await countReferrers(deps, record, ["policy"]),
    })),
  );
  return { status: 200, body: { data, next_cursor: page.nextCursor ?? null } };
};

export const getAppPolicy: RouteHandler<typeof appResourceRoutes.getAppPolicy> = async (deps, { params }) => {
  const appId = params.app_id;
  await requireApp(deps, appId);
  const record = await deps.storage.findRecord(appId, { type: "policy", id: params.policy_id });
  if (record === undefined) throw new ApiError("not_found");
  const [attachedTo, attachments] = await Promise.all([
    countReferrers(deps, record, ["policy"]),
    deps.storage.findReferrers(appId, ["policy"], record.id, SHOWN_MAX),
  ]);
  return { status: 200, body: { policy: viewPolicy(record.sealed), attached_to: attachedTo, attachments } };
};
