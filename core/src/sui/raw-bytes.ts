import { equalBytes } from "../crypto/equal-bytes.ts";
import { encodeHex0x } from "../encoding/hex.ts";
import type { PolicyRequest } from "../policy/request.ts";
import { suiAddress } from "./address.ts";
import { decodeSuiTransaction, TRANSACTION_INTENT } from "./transaction.ts";

/**
 * What bytes for `raw_sign` of a Sui wallet are to a policy: one operation for each command of a transaction, or a message;
 * undefined when nothing certain can be said. Sui signs the BLAKE2b-256 of intent ‖ data, and the intent of a transaction
 * begins with a zero (Sui, "Intent Signing"); bytes that do neither are a message.
 */
export function classifySuiBytes(
  bytes: Uint8Array,
  hashFunction: string,
  publicKey: Uint8Array,
): readonly PolicyRequest[] | undefined {
  if (hashFunction !== "blake2b256" || bytes[0] !== TRANSACTION_INTENT[0]) {
    return [{ method: "signRawMessageBytes", message: bytes }];
  }
  const intent = bytes.subarray(0, TRANSACTION_INTENT.length);
  const transaction = equalBytes(intent, TRANSACTION_INTENT)
    ? decodeSuiTransaction(bytes.subarray(TRANSACTION_INTENT.length))
    : undefined;
  // Signing as the sponsor of another's transaction gives gas away, which no field can name.
  if (transaction === undefined || encodeHex0x(transaction.sender) !== suiAddress(publicKey)) return undefined;
  return transaction.commands.map((command) => ({
    method: "signTransactionBytes",
    chainType: "sui",
    transaction,
    command,
  }));
}
