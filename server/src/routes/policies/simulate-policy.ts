import type { policyRoutes } from "@mandate/contract/policies";
import { askOnly } from "../../authority/decide-and-commit.ts";
import type { RouteHandler } from "../handler.ts";

/** The signer decides, as when it signs; here it is only asked. */
export const simulatePolicy: RouteHandler<typeof policyRoutes.simulatePolicy> = async (
  deps,
  { request, appId, body },
) => {
  const { wallet_id: walletId, policy_id: policyId } = body;
  const records = [
    { type: "wallet" as const, id: walletId },
    ...(policyId === undefined ? [] : [{ type: "policy" as const, id: policyId }]),
  ];
  return { status: 200, body: await askOnly(deps, request, { appId, records }) };
};
