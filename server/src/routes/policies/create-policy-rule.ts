import type { policyRoutes } from "@mandate/contract/policies";
import type { RouteHandler } from "../handler.ts";
import { changePolicyPart } from "./policy-change.ts";

export const createPolicyRule: RouteHandler<typeof policyRoutes.createPolicyRule> = (
  deps,
  { request, appId, params },
) => changePolicyPart(deps, request, appId, params.policy_id);
