import type { policyRoutes } from "@mandate/contract/policies";
import { ApiError } from "../../api-error.ts";
import { viewPolicy } from "../../views/policy.ts";
import type { RouteHandler } from "../handler.ts";

export const listPolicyRules: RouteHandler<typeof policyRoutes.listPolicyRules> = async (deps, { appId, params }) => {
  const record = await deps.storage.findRecord(appId, { type: "policy", id: params.policy_id });
  if (record === undefined) throw new ApiError("not_found");
  return { status: 200, body: { data: viewPolicy(record.sealed).rules } };
};
