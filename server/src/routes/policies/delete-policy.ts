import type { policyRoutes } from "@mandate/contract/policies";
import type { RouteHandler } from "../handler.ts";
import { changePolicyPart } from "./policy-change.ts";

/** A policy that is attached stays. Should one be gone all the same, what refers to it is denied, never freed. */
export const deletePolicy: RouteHandler<typeof policyRoutes.deletePolicy> = (deps, { request, appId, params }) => {
  const unreferenced = { kinds: ["policy" as const], to: params.policy_id };
  return changePolicyPart(deps, request, appId, params.policy_id, () => ({ unreferenced }));
};
