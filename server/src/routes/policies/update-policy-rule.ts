import type { policyRoutes } from "@mandate/contract/policies";
import type { RouteHandler } from "../handler.ts";
import { changePolicyPart } from "./policy-change.ts";

export const updatePolicyRule: RouteHandler<typeof policyRoutes.updatePolicyRule> = (
  deps,
  { request, appId, params },
) => changePolicyPart(deps, request, appId, params.policy_id);
