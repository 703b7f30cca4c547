import { sha512 } from "@noble/hashes/sha2.js";
import { readAll } from "../chains/byte-reader.ts";
import { concatBytes } from "../chains/concat-bytes.ts";
import { FIELD_TYPES, readFields, type XrplField } from "./fields.ts";
import { xrplTransactionTypes } from "./transaction-types.ts";
import type { XrplAmount, XrplTransaction } from "./types.ts";

/** "STX" and a zero: the prefix of what a single signature is made over (XRPL, "Hash Prefixes"). */
export const SIGNING_PREFIX = Uint8Array.of(0x53, 0x54, 0x58, 0x00);

const TRANSACTION_TYPE = 2;
const SEQUENCE = 4;
const FEE = 8;
const SIGNING_PUB_KEY = 3;
const TXN_SIGNATURE = 4;
const ACCOUNT = 1;
/** The header of TxnSignature: type 7, number 4. */
const TXN_SIGNATURE_HEADER = 0x74;

/** Fields that no signature covers (rippled `sfields.macro`, `notSigning`): an unsigned transaction has none of them. */
const NOT_SIGNED: ReadonlySet<string> = new Set(["7.4", "7.6", "7.18", "14.37", "15.3", "15.31"]);

/**
 * Decodes an unsigned transaction in the ledger's binary format; undefined unless its fields are in canonical order, each
 * value in its one form, none of them a signature, and the fields that every transaction has are there.
 */
export function decodeXrplTransaction(blob: Uint8Array): XrplTransaction | undefined {
  const uint16s = new Map<number, number>();
  const uint32s = new Map<number, number>();
  const amounts = new Map<number, XrplAmount>();
  const accounts = new Map<number, Uint8Array>();
  let signingPublicKey: Uint8Array | undefined;
  let hasPaths = false;
  let signatureAt = 0;
  const isComplete = readAll(blob, (reader) => {
    readFields(reader, (field, _start, end) => {
      if (NOT_SIGNED.has(`${field.type}.${field.number}`)) reader.fail();
      if (isBefore(field, FIELD_TYPES.blob, TXN_SIGNATURE)) signatureAt = end;
      collect(field);
    });
    return true;
  });
  if (isComplete === undefined) return undefined;
  const type = xrplTransactionTypes.get(uint16s.get(TRANSACTION_TYPE) ?? -1);
  const account = accounts.get(ACCOUNT);
  const hasCommon = uint32s.has(SEQUENCE) && amounts.get(FEE)?.kind === "drops";
  if (type === undefined || account === undefined || signingPublicKey === undefined || !hasCommon) return undefined;
  return { type, account, signingPublicKey, uint32s, amounts, accounts, hasPaths, blob, signatureAt };

  function collect({ type: code, number, value }: XrplField): void {
    if (code === FIELD_TYPES.uint16) uint16s.set(number, value as number);
    else if (code === FIELD_TYPES.uint32) uint32s.set(number, value as number);
    else if (code === FIELD_TYPES.amount) amounts.set(number, value as XrplAmount);
    else if (code === FIELD_TYPES.account) accounts.set(number, value as Uint8Array);
    else if (code === FIELD_TYPES.blob && number === SIGNING_PUB_KEY) signingPublicKey = value as Uint8Array;
    else if (code === FIELD_TYPES.paths) hasPaths = true;
  }
}

function isBefore({ type, number }: XrplField, otherType: number, otherNumber: number): boolean {
  return type < otherType || (type === otherType && number < otherNumber);
}

/** What is signed: the first half of the SHA-512 of prefix ‖ transaction (XRPL, "Cryptographic Keys", "Signing Process"). */
export function xrplSigningDigest({ blob }: XrplTransaction): Uint8Array {
  return sha512(concatBytes(SIGNING_PREFIX, blob)).slice(0, 32);
}

/** The transaction with its signature in the place that canonical order gives it. `derSignature` has at most 72 bytes. */
export function insertXrplSignature({ blob, signatureAt }: XrplTransaction, derSignature: Uint8Array): Uint8Array {
  const header = Uint8Array.of(TXN_SIGNATURE_HEADER, derSignature.length);
  return concatBytes(blob.subarray(0, signatureAt), header, derSignature, blob.subarray(signatureAt));
}
