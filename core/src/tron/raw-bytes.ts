import { equalBytes } from "../crypto/equal-bytes.ts";
import type { PolicyRequest } from "../policy/request.ts";
import { tronAddressBytes } from "./address.ts";
import { mayHoldField } from "./protobuf.ts";
import { decodeTronTransaction } from "./transaction.ts";

/** `Transaction.raw.contract`: without one there is no transaction. */
const CONTRACT_FIELD = 11;

/**
 * What bytes for `raw_sign` of a TRON wallet are to a policy; undefined when nothing certain can be said. A network node
 * hashes transactions with SHA-256, so bytes under another hash function are a message.
 */
export function classifyTronBytes(
  bytes: Uint8Array,
  hashFunction: string,
  publicKey: Uint8Array,
): readonly PolicyRequest[] | undefined {
  if (hashFunction === "sha256") {
    const transaction = decodeTronTransaction(bytes);
    if (transaction !== undefined) {
      const isOwn = equalBytes(transaction.contract.ownerAddress, tronAddressBytes(publicKey));
      return isOwn ? [{ method: "signTransactionBytes", chainType: "tron", transaction }] : undefined;
    }
    if (mayHoldField(bytes, CONTRACT_FIELD)) return undefined;
  }
  return [{ method: "signRawMessageBytes", message: bytes }];
}
