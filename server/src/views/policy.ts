import { readSealedRecord } from "@mandate/signer/protocol";

/** The wire's Policy (spec 03 §1), from the sealed record: rules exactly as they were given. */
export function viewPolicy(sealed: string) {
  const { id, created_at, body } = readSealedRecord(sealed);
  const policy = body as {
    version: string;
    name: string;
    chain_type: string;
    rules: { id: string }[];
    owner_id: string | null;
  };
  return {
    id,
    version: policy.version,
    name: policy.name,
    chain_type: policy.chain_type,
    rules: policy.rules,
    owner_id: policy.owner_id,
    created_at,
  };
}
