import type { policyRoutes } from "@mandate/contract/policies";
import type { RouteHandler } from "../handler.ts";
import { changePolicyPart } from "./policy-change.ts";

export const deletePolicyRule: RouteHandler<typeof policyRoutes.deletePolicyRule> = (
  deps,
  { request, appId, params },
) => changePolicyPart(deps, request, appId, params.policy_id);
