import { readSealedRecord } from "@mandate/signer/protocol";

/** The wire's aggregation (spec 06 §3): the definition as it was given. */
export function viewAggregation(sealed: string) {
  const { id, created_at, body } = readSealedRecord(sealed);
  const { definition, owner_id } = body as { definition: { [member: string]: unknown }; owner_id: string | null };
  return { id, ...definition, owner_id, created_at };
}
