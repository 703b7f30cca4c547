/**
 * What a user is asked to agree to. The page shows this very policy in words, and Mandate's signer holds the server to
 * it: everything that no rule allows is refused.
 */
import type { Policy, PrivyClient } from "@privy-io/node";
import { parseEther } from "viem";

export const CHAIN_ID = 31337;
export const SHOP = "0x00000000000000000000000000000000C0FfeE00";
const PAYMENT_MAX_WEI = parseEther("0.005");
const LIFETIME_S = 3600;

export function createPolicy(privy: PrivyClient, userId: string, nowMs: number): Promise<Policy> {
  const untilS = Math.floor(nowMs / 1000) + LIFETIME_S;
  const transaction = { field_source: "ethereum_transaction" } as const;
  return privy.policies().create({
    version: "1.0",
    name: "Coffee tab",
    chain_type: "ethereum",
    // The user owns the policy, so only the user can change it. A policy without an owner would obey this server.
    owner: { user_id: userId },
    rules: [
      {
        name: "Small payments to the shop",
        method: "eth_sendTransaction",
        action: "ALLOW",
        conditions: [
          { ...transaction, field: "chain_id", operator: "eq", value: String(CHAIN_ID) },
          { ...transaction, field: "to", operator: "eq", value: SHOP },
          { ...transaction, field: "value", operator: "lte", value: PAYMENT_MAX_WEI.toString() },
          { field_source: "system", field: "current_unix_timestamp", operator: "lte", value: String(untilS) },
        ],
      },
    ],
  });
}
