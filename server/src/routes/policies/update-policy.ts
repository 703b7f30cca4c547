import type { policyRoutes } from "@mandate/contract/policies";
import type { RouteHandler } from "../handler.ts";
import { changePolicy } from "./policy-change.ts";

export const updatePolicy: RouteHandler<typeof policyRoutes.updatePolicy> = (deps, { request, appId, params }) =>
  changePolicy(deps, request, appId, params.policy_id);
