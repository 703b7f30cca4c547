import { equalBytes } from "../crypto/equal-bytes.ts";
import { sha256 } from "../crypto/primitives.ts";
import { decodeUtf8, encodeUtf8 } from "../encoding/utf8.ts";
import { decodeMessage, encodeMessage, type ProtobufField } from "./protobuf.ts";
import type { TronContract, TronTransaction } from "./types.ts";

/** `ContractType` numbers (tron.proto). */
const CONTRACT_NUMBERS = { TransferContract: 1n, TriggerSmartContract: 31n } as const;
const TYPE_URL_PREFIX = "type.googleapis.com/protocol.";

/** The protobuf of `Transaction.raw` (tron.proto), fields in order of their numbers. */
export function encodeTronTransaction(transaction: TronTransaction): Uint8Array {
  const { contract } = transaction;
  // google.protobuf.Any: type_url and value.
  const parameter = encodeMessage([
    { number: 1, value: encodeUtf8(`${TYPE_URL_PREFIX}${contract.type}`) },
    { number: 2, value: encodeMessage(contractFields(contract)) },
  ]);
  const wrapped = encodeMessage([
    { number: 1, value: CONTRACT_NUMBERS[contract.type] },
    { number: 2, value: parameter },
  ]);
  return encodeMessage([
    { number: 1, value: transaction.refBlockBytes },
    { number: 4, value: transaction.refBlockHash },
    { number: 8, value: transaction.expirationMs },
    { number: 10, value: transaction.data },
    { number: 11, value: wrapped },
    { number: 14, value: transaction.timestampMs },
    { number: 18, value: transaction.feeLimit },
  ]);
}

/** balance_contract.proto, smart_contract.proto */
function contractFields(contract: TronContract): ProtobufField[] {
  if (contract.type === "TransferContract") {
    return [
      { number: 1, value: contract.ownerAddress },
      { number: 2, value: contract.toAddress },
      { number: 3, value: contract.amount },
    ];
  }
  return [
    { number: 1, value: contract.ownerAddress },
    { number: 2, value: contract.contractAddress },
    { number: 3, value: contract.callValue },
    { number: 4, value: contract.data },
    { number: 5, value: contract.callTokenValue },
    { number: 6, value: contract.tokenId },
  ];
}

/**
 * The transaction that the bytes are; undefined for contracts other than the two, further fields (permissions, several
 * contracts, scripts), and for any spelling but the canonical one.
 *
 * INVARIANT (I8): `encodeTronTransaction` of the answer gives `bytes`.
 */
export function decodeTronTransaction(bytes: Uint8Array): TronTransaction | undefined {
  const raw = readFields(bytes, [1, 4, 8, 10, 11, 14, 18]);
  const wrapped = raw && readFields(raw.bytes(11), [1, 2]);
  const parameter = wrapped && readFields(wrapped.bytes(2), [1, 2]);
  if (raw === undefined || wrapped === undefined || parameter === undefined) return undefined;
  const contract = readContract(wrapped.integer(1), decodeUtf8(parameter.bytes(1)), parameter.bytes(2));
  if (contract === undefined) return undefined;
  const transaction = {
    refBlockBytes: raw.bytes(1),
    refBlockHash: raw.bytes(4),
    expirationMs: raw.integer(8),
    data: raw.bytes(10),
    contract,
    timestampMs: raw.integer(14),
    feeLimit: raw.integer(18),
  };
  const { refBlockBytes, refBlockHash } = transaction;
  if (refBlockBytes.length !== 2 || refBlockHash.length !== 8) return undefined;
  return hasInt64Only(transaction) && equalBytes(encodeTronTransaction(transaction), bytes) ? transaction : undefined;
}

function readContract(type: bigint, typeUrl: string | undefined, value: Uint8Array): TronContract | undefined {
  if (type === CONTRACT_NUMBERS.TransferContract && typeUrl === `${TYPE_URL_PREFIX}TransferContract`) {
    const fields = readFields(value, [1, 2, 3]);
    return (
      fields && {
        type: "TransferContract",
        ownerAddress: fields.bytes(1),
        toAddress: fields.bytes(2),
        amount: fields.integer(3),
      }
    );
  }
  if (type !== CONTRACT_NUMBERS.TriggerSmartContract || typeUrl !== `${TYPE_URL_PREFIX}TriggerSmartContract`) {
    return undefined;
  }
  const fields = readFields(value, [1, 2, 3, 4, 5, 6]);
  return (
    fields && {
      type: "TriggerSmartContract",
      ownerAddress: fields.bytes(1),
      contractAddress: fields.bytes(2),
      callValue: fields.integer(3),
      data: fields.bytes(4),
      callTokenValue: fields.integer(5),
      tokenId: fields.integer(6),
    }
  );
}

/** Negative int64 arrive as integers from 2^63, which no amount or time is. */
function hasInt64Only({ contract, ...transaction }: TronTransaction): boolean {
  const limit = 1n << 63n;
  const values = [...Object.values(transaction), ...Object.values(contract)];
  return values.every((value) => typeof value !== "bigint" || value < limit) && hasAddresses(contract);
}

function hasAddresses(contract: TronContract): boolean {
  const to = contract.type === "TransferContract" ? contract.toAddress : contract.contractAddress;
  return [contract.ownerAddress, to].every((address) => address.length === 21 && address[0] === 0x41);
}

/** The fields by number, each at most once and of no other number. A field of the wrong type reads as its default. */
function readFields(bytes: Uint8Array, numbers: readonly number[]) {
  const fields = decodeMessage(bytes);
  if (fields === undefined) return undefined;
  const values = new Map(fields.map(({ number, value }) => [number, value]));
  if (values.size !== fields.length || fields.some(({ number }) => !numbers.includes(number))) return undefined;
  return {
    bytes(number: number): Uint8Array {
      const value = values.get(number);
      return value instanceof Uint8Array ? value : new Uint8Array();
    },
    integer(number: number): bigint {
      const value = values.get(number);
      return typeof value === "bigint" ? value : 0n;
    },
  };
}

/** The transaction id, which is also what is signed: SHA-256 of the encoding (TRON, "Transactions", "Signature"). */
export function tronTransactionId(transaction: TronTransaction): Uint8Array {
  return sha256(encodeTronTransaction(transaction));
}
