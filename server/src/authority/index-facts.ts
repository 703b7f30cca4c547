import { type PutRecord, type Receipt, readSealedRecord } from "@mandate/signer/protocol";
import type { NewReceipt } from "../storage/storage.ts";

const TITLED: ReadonlySet<string> = new Set(["app", "condition_set", "key_quorum", "policy"]);

/** What the team's lists and searches look at, read from what the signer sealed and kept beside it. */
export function titleOf({ type, sealed, deleted }: PutRecord): { title?: string } {
  if (deleted || !TITLED.has(type)) return {};
  const { name, display_name: displayName } = readSealedRecord(sealed).body;
  const title = name ?? displayName;
  return typeof title === "string" && title !== "" ? { title } : {};
}

export function describeReceipt(receipt: Receipt, createdAtMs: number): NewReceipt {
  const { policyId, signerId } = readDecider(receipt.receipt);
  const { id, receipt: sealed, decision, walletId } = receipt;
  return {
    id,
    receipt: sealed,
    decision,
    walletId,
    createdAtMs,
    ...(policyId === undefined ? {} : { policyId }),
    ...(signerId === undefined ? {} : { signerId }),
  };
}

/** The policy that decided, and the key quorum whose decision it was. */
function readDecider(sealed: string): { policyId?: string | undefined; signerId?: string | undefined } {
  let body: { [member: string]: unknown };
  try {
    ({ body } = readSealedRecord(sealed));
  } catch {
    // Whatever a receipt says, it is stored; only a list will not show it under a policy.
    return {};
  }
  const policy = body.policy as { policy_id?: unknown; principal?: { key_quorum_id?: unknown } } | null | undefined;
  const [principal] = (body.principals ?? []) as { key_quorum_id?: unknown }[];
  return {
    policyId: textOf(policy?.policy_id),
    signerId: textOf(policy?.principal?.key_quorum_id ?? principal?.key_quorum_id),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
