import type { EthereumSignature } from "../crypto/secp256k1.ts";
import { encodeHex, encodeHex0x } from "../encoding/hex.ts";
import type { JsonObject } from "../encoding/json-value.ts";
import { toChecksumAddress } from "./address.ts";
import { authorizationDigest } from "./authorization-7702.ts";
import { personalMessageDigest } from "./personal-message.ts";
import { encodeQuantity } from "./quantity.ts";
import { encodeSignedTransaction, transactionDigest, transactionHash } from "./transaction.ts";
import { hashTypedData } from "./typed-data-hash.ts";
import type { EthereumRequest, EthereumTransaction } from "./types.ts";
import { userOperationDigest } from "./user-operation.ts";

/**
 * The 32 bytes to sign for a decoded request.
 *
 * INVARIANT (I8): for every method but `secp256k1_sign` they are computed here from what the policy was shown.
 */
export function requestDigest(request: EthereumRequest): Uint8Array {
  switch (request.method) {
    case "personal_sign":
      return personalMessageDigest(request.message);
    case "eth_signTypedData_v4":
      return hashTypedData(request.typedData);
    case "eth_signTransaction":
    case "eth_sendTransaction":
    case "wallet_sendCalls":
      return transactionDigest(request.transaction);
    case "eth_signUserOperation":
      return userOperationDigest(request);
    case "eth_sign7702Authorization":
      return authorizationDigest(request.authorization);
    case "secp256k1_sign":
      return request.hash;
  }
}

/**
 * The wire's `data` for a signed request (spec 04 §4.1). For `eth_sendTransaction` it is what the caller gets once the
 * transaction is broadcast; the bytes to broadcast are `encodeSignedTransaction` of the same two values.
 */
export function describeResult(request: EthereumRequest, signature: EthereumSignature): JsonObject {
  switch (request.method) {
    case "personal_sign":
    case "eth_signTypedData_v4":
    case "eth_signUserOperation":
    case "secp256k1_sign":
      return { signature: encodeRecoverable(signature), encoding: "hex" };
    case "eth_signTransaction":
      return {
        signed_transaction: encodeHex0x(encodeSignedTransaction(request.transaction, signature)),
        encoding: "rlp",
      };
    case "eth_sendTransaction":
      return {
        hash: encodeHex0x(transactionHash(encodeSignedTransaction(request.transaction, signature))),
        caip2: request.caip2,
        transaction_request: transactionRequestEcho(request.transaction),
        ...(request.referenceId === undefined ? {} : { reference_id: request.referenceId }),
      };
    case "wallet_sendCalls":
      // The API adds the `transaction_id` that it gives the batch.
      return { caip2: request.caip2 };
    case "eth_sign7702Authorization": {
      const { contract, chainId, nonce } = request.authorization;
      return {
        authorization: {
          contract: toChecksumAddress(contract),
          chain_id: numberOrHex(chainId),
          nonce: numberOrHex(nonce),
          r: encodeHex0x(signature.r),
          s: encodeHex0x(signature.s),
          y_parity: signature.yParity,
        },
      };
    }
  }
}

/** The complete transaction in the wire's spelling: quantities as shortest hex, addresses with their checksum. */
export function transactionRequestEcho(transaction: EthereumTransaction): JsonObject {
  const common: JsonObject = {
    type: transaction.type,
    nonce: encodeQuantity(transaction.nonce),
    gas_limit: encodeQuantity(transaction.gasLimit),
    value: encodeQuantity(transaction.value),
    data: encodeHex0x(transaction.data),
  };
  if (transaction.to !== undefined) common.to = toChecksumAddress(transaction.to);
  if (transaction.chainId !== undefined) common.chain_id = encodeQuantity(transaction.chainId);
  if (transaction.type <= 1) {
    const { gasPrice } = transaction as Extract<EthereumTransaction, { type: 0 | 1 }>;
    return { ...common, gas_price: encodeQuantity(gasPrice) };
  }
  const { maxFeePerGas, maxPriorityFeePerGas } = transaction as Extract<EthereumTransaction, { type: 2 | 3 | 4 }>;
  const fees = {
    max_fee_per_gas: encodeQuantity(maxFeePerGas),
    max_priority_fee_per_gas: encodeQuantity(maxPriorityFeePerGas),
  };
  if (transaction.type !== 4) return { ...common, ...fees };
  const authorization_list = transaction.authorizationList.map((item) => ({
    contract: toChecksumAddress(item.address),
    chain_id: encodeQuantity(item.chainId),
    nonce: encodeQuantity(item.nonce),
    y_parity: item.yParity,
    r: encodeQuantity(item.r),
    s: encodeQuantity(item.s),
  }));
  return { ...common, ...fees, authorization_list };
}

/** r ‖ s ‖ v with v 27 or 28. */
function encodeRecoverable({ r, s, yParity }: EthereumSignature): string {
  return `0x${encodeHex(r)}${encodeHex(s)}${(27 + yParity).toString(16)}`;
}

/** A JSON number where it is exact: callers of viem's helpers expect one. */
function numberOrHex(value: bigint): number | string {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : encodeQuantity(value);
}
