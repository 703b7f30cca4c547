import type { PutRecord, RecordType, SignerAccepted } from "@mandate/signer/protocol";

/** The record of that type that the signer made; operations that call this make exactly one that matters. */
export function putOf(accepted: SignerAccepted, type: RecordType): PutRecord {
  const put = accepted.put.findLast((record) => record.type === type);
  if (put === undefined) throw new Error(`the signer accepted without a ${type} record`);
  return put;
}
