/** From an error of the SDK to a sentence that a user understands. */
import { APIError } from "@privy-io/node";
import { formatEther } from "viem";

export type Refusal = {
  /** Name of the rule that did not allow it, where a policy refused. */
  rule: string | null;
  because: string;
  /** Whether trying again is pointless until the user agrees anew. */
  final: boolean;
};

type Condition = { field: string; operator: string; value: string; observed: string | null };
type Body = {
  code?: string;
  error?: string;
  details?: { reason?: string; rules?: { name: string; condition?: Condition }[] };
};

/** Undefined for what is no refusal: an unreachable server, say. */
export function explainRefusal(error: unknown): Refusal | undefined {
  if (!(error instanceof APIError)) return undefined;
  const { code, details, error: text } = (error.error ?? {}) as Body;
  // The key signs as nobody who may use this wallet: it was never a signer, or the user has removed it.
  if (error.status === 401) {
    return { rule: null, because: "The server’s key is no longer a signer of this wallet.", final: true };
  }
  if (code !== "policy_violation") return undefined;
  const rule = details?.rules?.find(({ condition }) => condition !== undefined);
  if (rule?.condition === undefined) return { rule: null, because: text ?? "No rule allows it.", final: false };
  return {
    rule: rule.name,
    because: describeCondition(rule.condition),
    final: rule.condition.field === "current_unix_timestamp",
  };
}

function describeCondition({ field, operator, value, observed }: Condition): string {
  switch (`${field} ${operator}`) {
    case "value lte":
      return `A payment may be ${ether(value)} at most; this one was ${observed === null ? "unreadable" : ether(observed)}.`;
    case "to eq":
      return `Payments may go to ${shorten(value)} only; this one was to ${observed === null ? "nobody" : shorten(observed)}.`;
    case "chain_id eq":
      return `Payments may be on chain ${value} only; this one was on chain ${observed ?? "unknown"}.`;
    case "current_unix_timestamp lte":
      return "The time that you agreed to is over.";
    default:
      return `${field} must be ${operator} ${value}; it was ${observed ?? "unreadable"}.`;
  }
}

const ether = (wei: string) => `${formatEther(BigInt(wei))} ETH`;
const shorten = (address: string) => `${address.slice(0, 6)}…${address.slice(-6)}`;
