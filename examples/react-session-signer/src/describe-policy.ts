/**
 * A policy in words, for a user to agree to. The words are made from the policy itself, so they cannot say less than
 * it allows; a policy with anything that is not understood here has no words, and then nobody is asked.
 */
import { formatEther } from "viem";
import { formatDeadline } from "./format.ts";

export type Policy = {
  id: string;
  owner_id: string | null;
  rules: {
    name: string;
    method: string;
    action: string;
    conditions: { field_source: string; field?: string; operator: string; value: unknown }[];
  }[];
};

export type Grant = { what: string; where: string; to: string; upTo: string; until: string };

export function describePolicy(policy: Policy): Grant[] | undefined {
  const grants = policy.rules.map(describeRule);
  return grants.length > 0 && grants.every((grant) => grant !== undefined) ? grants : undefined;
}

function describeRule({ action, method, conditions }: Policy["rules"][number]): Grant | undefined {
  if (action !== "ALLOW" || method !== "eth_sendTransaction") return undefined;
  const grant: Partial<Grant> = { what: "Send payments from your wallet" };
  // Two conditions about one field are narrower than either; telling only one of them would not be the whole truth.
  if (new Set(conditions.map(({ field }) => field)).size < conditions.length) return undefined;
  for (const { field_source, field, operator, value } of conditions) {
    if (typeof value !== "string") return undefined;
    switch (`${field_source} ${field} ${operator}`) {
      case "ethereum_transaction chain_id eq":
        grant.where = value === "31337" ? "The local test chain only" : `Chain ${value} only`;
        break;
      case "ethereum_transaction to eq":
        grant.to = value;
        break;
      case "ethereum_transaction value lte":
        grant.upTo = `${formatEther(BigInt(value))} ETH`;
        break;
      case "system current_unix_timestamp lte":
        grant.until = formatDeadline(new Date(Number(value) * 1000));
        break;
      default:
        return undefined;
    }
  }
  // A limit that is missing is no limit: nothing that this card could promise.
  const { what, where, to, upTo, until } = grant;
  if (!what || !where || !to || !upTo || !until) return undefined;
  return { what, where, to, upTo, until };
}
