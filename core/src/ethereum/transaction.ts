import { keccak256 } from "../crypto/primitives.ts";
import type { EthereumSignature } from "../crypto/secp256k1.ts";
import { encodeRlp, integerFromBytes, type RlpInput } from "./rlp.ts";
import type { AccessListEntry, EthereumTransaction, SignedAuthorization } from "./types.ts";

/** The bytes whose keccak-256 is signed: type ‖ rlp(fields), or for type 0 rlp(fields) alone (EIP-155, EIP-2718). */
export function encodeUnsignedTransaction(transaction: EthereumTransaction): Uint8Array {
  const fields = unsignedFields(transaction);
  // EIP-155: a legacy transaction that names its chain is hashed with (chain id, 0, 0) in the signature's place.
  if (transaction.type === 0 && transaction.chainId !== undefined) fields.push(transaction.chainId, 0n, 0n);
  return encodeEnvelope(transaction.type, fields);
}

/** The 32 bytes that are signed for this transaction and nothing else. */
export function transactionDigest(transaction: EthereumTransaction): Uint8Array {
  return keccak256(encodeUnsignedTransaction(transaction));
}

/** The bytes that go to the network. */
export function encodeSignedTransaction(transaction: EthereumTransaction, signature: EthereumSignature): Uint8Array {
  const fields = unsignedFields(transaction);
  // r and s are integers to RLP: their leading zero bytes must go.
  fields.push(signatureV(transaction, signature.yParity), integerFromBytes(signature.r), integerFromBytes(signature.s));
  return encodeEnvelope(transaction.type, fields);
}

/** The hash under which the network knows a signed transaction. */
export function transactionHash(signedTransaction: Uint8Array): Uint8Array {
  return keccak256(signedTransaction);
}

function signatureV(transaction: EthereumTransaction, yParity: 0 | 1): bigint {
  if (transaction.type !== 0) return BigInt(yParity);
  return transaction.chainId === undefined ? BigInt(27 + yParity) : transaction.chainId * 2n + BigInt(35 + yParity);
}

function encodeEnvelope(type: number, fields: RlpInput[]): Uint8Array {
  const payload = encodeRlp(fields);
  if (type === 0) return payload;
  const bytes = new Uint8Array(1 + payload.length);
  bytes[0] = type;
  bytes.set(payload, 1);
  return bytes;
}

/** The fields in front of the signature, in the order of the EIP that defines the type. */
function unsignedFields(tx: EthereumTransaction): RlpInput[] {
  const to = tx.to ?? new Uint8Array(0);
  switch (tx.type) {
    case 0:
      return [tx.nonce, tx.gasPrice, tx.gasLimit, to, tx.value, tx.data];
    case 1: // EIP-2930
      return [tx.chainId, tx.nonce, tx.gasPrice, tx.gasLimit, to, tx.value, tx.data, accessListFields(tx.accessList)];
    case 2: // EIP-1559
      return feeMarketFields(tx, to);
    case 3: // EIP-4844
      return [...feeMarketFields(tx, to), tx.maxFeePerBlobGas, tx.blobVersionedHashes];
    case 4: // EIP-7702
      return [...feeMarketFields(tx, to), tx.authorizationList.map(authorizationFields)];
  }
}

function feeMarketFields(tx: Extract<EthereumTransaction, { type: 2 | 3 | 4 }>, to: Uint8Array): RlpInput[] {
  return [
    tx.chainId,
    tx.nonce,
    tx.maxPriorityFeePerGas,
    tx.maxFeePerGas,
    tx.gasLimit,
    to,
    tx.value,
    tx.data,
    accessListFields(tx.accessList),
  ];
}

function accessListFields(accessList: AccessListEntry[]): RlpInput[] {
  return accessList.map((entry) => [entry.address, entry.storageKeys]);
}

function authorizationFields(item: SignedAuthorization): RlpInput[] {
  return [item.chainId, item.address, item.nonce, BigInt(item.yParity), item.r, item.s];
}
