import type { policyRoutes } from "@mandate/contract/policies";
import { ApiError } from "../../api-error.ts";
import { viewPolicy } from "../../views/policy.ts";
import type { RouteHandler } from "../handler.ts";

export const getPolicyRule: RouteHandler<typeof policyRoutes.getPolicyRule> = async (deps, { appId, params }) => {
  const record = await deps.storage.findRecord(appId, { type: "policy", id: params.policy_id });
  const rule =
    record === undefined ? undefined : viewPolicy(record.sealed).rules.find(({ id }) => id === params.rule_id);
  if (rule === undefined) throw new ApiError("not_found");
  return { status: 200, body: rule };
};
