import { uncompressPublicKey } from "../chains/secp256k1-chain.ts";
import type { Broadcast, ParsedSignable, Signed, SigningContext } from "../chains/signable-request.ts";
import { type EthereumSignature, signRecoverable } from "../crypto/secp256k1.ts";
import { encodeHex0x } from "../encoding/hex.ts";
import type { JsonValue } from "../encoding/json-value.ts";
import { parseEthereumAddress } from "./address.ts";
import { describeResult, parseEthereumRequest, requestDigest } from "./request.ts";
import { encodeSignedTransaction, transactionHash } from "./transaction.ts";
import type { EthereumRequest, EthereumTransaction } from "./types.ts";

/** Decodes an Ethereum wallet's rpc body (spec 04 §4.1) into what can be decided about and signed. */
export function parseEthereumSignable(body: JsonValue, context: SigningContext): ParsedSignable {
  const walletAddress = parseEthereumAddress(context.address);
  if (walletAddress === undefined) throw new TypeError("the wallet's address is none of Ethereum");
  const { walletId, ethereumFill: fill } = context;
  const parsed = parseEthereumRequest(body, { walletAddress, walletId, fill });
  if (!parsed.ok) return { ok: false, status: 400, code: parsed.code, message: parsed.message };
  const { request, filled } = parsed;
  const digest = requestDigest(request);
  const publicKey = context.uncompressedPublicKey ?? uncompressPublicKey(context.publicKey);
  const feeMaxWei = filledFeeMax(request, filled);
  return {
    ok: true,
    value: {
      method: request.method,
      operations: [request],
      digest,
      filled,
      ...(feeMaxWei === undefined ? {} : { filledFeeMaxWei: feeMaxWei }),
      sign: (privateKey) => describeSigned(request, signRecoverable(digest, privateKey, publicKey)),
    },
  };
}

function describeSigned(request: EthereumRequest, signature: EthereumSignature): Signed {
  const data = describeResult(request, signature);
  if (request.method !== "eth_sendTransaction" && request.method !== "wallet_sendCalls") return { data };
  const bytes = encodeSignedTransaction(request.transaction, signature);
  const broadcast: Broadcast = {
    bytes,
    hash: encodeHex0x(transactionHash(bytes)),
    caip2: request.caip2,
    nonce: request.transaction.nonce.toString(),
  };
  return { data, broadcast };
}

/** What the caller signed is the caller's; only what was filled in counts against a budget. */
function filledFeeMax(request: EthereumRequest, filled: readonly string[]): bigint | undefined {
  if (request.method !== "eth_sendTransaction" && request.method !== "wallet_sendCalls") return undefined;
  const isFee = (name: string) => name === "gas_limit" || name.endsWith("gas") || name === "gas_price";
  return filled.some(isFee) ? feeMax(request.transaction) : undefined;
}

function feeMax(transaction: EthereumTransaction): bigint {
  return transaction.gasLimit * ("maxFeePerGas" in transaction ? transaction.maxFeePerGas : transaction.gasPrice);
}
