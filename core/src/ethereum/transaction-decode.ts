import { equalBytes } from "../crypto/equal-bytes.ts";
import type { EthereumSignature } from "../crypto/secp256k1.ts";
import { UINT64_MAX, UINT256_MAX } from "./quantity.ts";
import { decodeRlp, integerFromBytes, type RlpItem } from "./rlp.ts";
import { encodeSignedTransaction, encodeUnsignedTransaction } from "./transaction.ts";
import type { AccessListEntry, EthereumTransaction, SignedAuthorization } from "./types.ts";

export type DecodedTransaction =
  | { ok: true; transaction: EthereumTransaction; signature: EthereumSignature | undefined }
  | { ok: false; message: string };

/** Order of the secp256k1 group (SEC 2 §2.4.1). */
const CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/**
 * Decodes a transaction of type 0 to 4, signed or unsigned.
 *
 * INVARIANT (I8): what is accepted encodes back to exactly `bytes`; everything else is refused.
 */
export function decodeTransaction(bytes: Uint8Array): DecodedTransaction {
  try {
    const decoded = decodeEnvelope(bytes);
    const again =
      decoded.signature === undefined
        ? encodeUnsignedTransaction(decoded.transaction)
        : encodeSignedTransaction(decoded.transaction, decoded.signature);
    if (!equalBytes(again, bytes)) return { ok: false, message: "the transaction is not in its canonical encoding" };
    return { ok: true, ...decoded };
  } catch (error) {
    if (error instanceof MalformedTransaction) return { ok: false, message: error.message };
    throw error;
  }
}

type Decoded = { transaction: EthereumTransaction; signature: EthereumSignature | undefined };

function decodeEnvelope(bytes: Uint8Array): Decoded {
  const first = bytes[0];
  if (first === undefined) throw new MalformedTransaction("the transaction is empty");
  // EIP-2718: a legacy transaction is an RLP list, whose first byte is at least 0xc0; below 0x80 stands a type.
  if (first >= 0xc0) return decodeLegacy(readList(bytes));
  if (first < 1 || first > 4) throw new MalformedTransaction("the transaction's type is not one of 0, 1, 2, 3 and 4");
  return decodeTyped(first as 1 | 2 | 3 | 4, readList(bytes.subarray(1)));
}

function readList(bytes: Uint8Array): RlpItem[] {
  const decoded = decodeRlp(bytes);
  if (!decoded.ok) throw new MalformedTransaction(decoded.message);
  return listOf(decoded.value, "the transaction");
}

function decodeLegacy(fields: RlpItem[]): Decoded {
  if (fields.length !== 6 && fields.length !== 9)
    throw new MalformedTransaction("a legacy transaction has 6 or 9 fields");
  const [nonce, gasPrice, gasLimit, to, value, data, third, second, last] = fields;
  const common = {
    type: 0 as const,
    nonce: nonceOf(nonce),
    gasPrice: integerOf(gasPrice, "gas price"),
    gasLimit: integerOf(gasLimit, "gas limit", UINT64_MAX),
    to: recipientOf(to),
    value: integerOf(value, "value"),
    data: bytesOf(data, "data").slice(),
  };
  if (fields.length === 6) return { transaction: { ...common, chainId: undefined }, signature: undefined };
  const v = integerOf(third, "v", 2n * UINT256_MAX + 36n);
  if (bytesOf(second, "r").length === 0 && bytesOf(last, "s").length === 0) {
    if (v > UINT256_MAX) throw new MalformedTransaction("the chain id is out of range");
    return { transaction: { ...common, chainId: v }, signature: undefined };
  }
  if (v === 27n || v === 28n) {
    return { transaction: { ...common, chainId: undefined }, signature: signatureOf(v === 28n ? 1 : 0, second, last) };
  }
  if (v < 35n) throw new MalformedTransaction("v is neither 27, 28 nor at least 35");
  const signature = signatureOf((v - 35n) % 2n === 1n ? 1 : 0, second, last);
  return { transaction: { ...common, chainId: (v - 35n) / 2n }, signature };
}

/** Fields in front of the signature. */
const FIELD_COUNT = { 1: 8, 2: 9, 3: 11, 4: 10 } as const;

function decodeTyped(type: 1 | 2 | 3 | 4, fields: RlpItem[]): Decoded {
  const count = FIELD_COUNT[type];
  if (fields.length !== count && fields.length !== count + 3) {
    throw new MalformedTransaction(`a type ${type} transaction has ${count} or ${count + 3} fields`);
  }
  const [parity, r, s] = fields.slice(count);
  const signature = parity === undefined ? undefined : signatureOf(parityOf(parity), r, s);
  return { transaction: decodeTypedFields(type, fields), signature };
}

function decodeTypedFields(type: 1 | 2 | 3 | 4, fields: RlpItem[]): EthereumTransaction {
  // After chain id and nonce, type 1 has one price and the others two.
  const shift = type === 1 ? 0 : 1;
  const common = {
    chainId: integerOf(fields[0], "chain id"),
    nonce: nonceOf(fields[1]),
    gasLimit: integerOf(fields[3 + shift], "gas limit", UINT64_MAX),
    to: recipientOf(fields[4 + shift]),
    value: integerOf(fields[5 + shift], "value"),
    data: bytesOf(fields[6 + shift], "data").slice(),
    accessList: listOf(fields[7 + shift], "access list").map(accessListEntryOf),
  };
  if (type === 1) return { type, ...common, gasPrice: integerOf(fields[2], "gas price") };
  const fees = {
    maxPriorityFeePerGas: integerOf(fields[2], "max priority fee per gas"),
    maxFeePerGas: integerOf(fields[3], "max fee per gas"),
  };
  if (type === 2) return { type, ...common, ...fees };
  // EIP-4844 and EIP-7702: these types cannot create a contract.
  if (common.to === undefined) throw new MalformedTransaction(`a type ${type} transaction needs a recipient`);
  if (type === 3) {
    const hashes = listOf(fields[10], "blob versioned hashes").map((hash) => fixedBytesOf(hash, 32, "blob hash"));
    return {
      type,
      ...common,
      ...fees,
      maxFeePerBlobGas: integerOf(fields[9], "max fee per blob gas"),
      blobVersionedHashes: hashes,
    };
  }
  const authorizationList = listOf(fields[9], "authorization list").map(authorizationOf);
  return { type, ...common, ...fees, authorizationList };
}

function accessListEntryOf(item: RlpItem): AccessListEntry {
  const fields = listOf(item, "access list entry");
  if (fields.length !== 2) throw new MalformedTransaction("an access list entry has 2 fields");
  return {
    address: fixedBytesOf(fields[0], 20, "access list address"),
    storageKeys: listOf(fields[1], "storage keys").map((key) => fixedBytesOf(key, 32, "storage key")),
  };
}

function authorizationOf(item: RlpItem): SignedAuthorization {
  const fields = listOf(item, "authorization");
  if (fields.length !== 6) throw new MalformedTransaction("an authorization has 6 fields");
  return {
    chainId: integerOf(fields[0], "authorization chain id"),
    address: fixedBytesOf(fields[1], 20, "authorization address"),
    nonce: integerOf(fields[2], "authorization nonce", UINT64_MAX),
    yParity: parityOf(fields[3]),
    r: integerOf(fields[4], "authorization r"),
    s: integerOf(fields[5], "authorization s"),
  };
}

function signatureOf(yParity: 0 | 1, r: RlpItem | undefined, s: RlpItem | undefined): EthereumSignature {
  const [rInteger, sInteger] = [integerOf(r, "r"), integerOf(s, "s")];
  // EIP-2: the greater of the two possible values of s is not a valid signature.
  const inRange = rInteger > 0n && rInteger < CURVE_ORDER && sInteger > 0n && sInteger <= CURVE_ORDER / 2n;
  if (!inRange) throw new MalformedTransaction("the signature's r or s is out of range");
  return { r: word(bytesOf(r, "r")), s: word(bytesOf(s, "s")), yParity };
}

/** At most 32 bytes at the right end of 32. */
function word(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array(32);
  padded.set(bytes, 32 - bytes.length);
  return padded;
}

function parityOf(item: RlpItem | undefined): 0 | 1 {
  return integerOf(item, "y parity", 1n) === 1n ? 1 : 0;
}

/** EIP-2681: a nonce of 2^64 − 1 can never be used. */
function nonceOf(item: RlpItem | undefined): bigint {
  return integerOf(item, "nonce", UINT64_MAX - 1n);
}

function recipientOf(item: RlpItem | undefined): Uint8Array | undefined {
  return bytesOf(item, "to").length === 0 ? undefined : fixedBytesOf(item, 20, "to");
}

function integerOf(item: RlpItem | undefined, name: string, max = UINT256_MAX): bigint {
  const bytes = bytesOf(item, name);
  if (bytes[0] === 0) throw new MalformedTransaction(`the ${name} begins with a zero byte`);
  if (bytes.length > 33) throw new MalformedTransaction(`the ${name} is out of range`);
  const value = integerFromBytes(bytes);
  if (value > max) throw new MalformedTransaction(`the ${name} is out of range`);
  return value;
}

function fixedBytesOf(item: RlpItem | undefined, length: number, name: string): Uint8Array {
  const bytes = bytesOf(item, name);
  if (bytes.length !== length) throw new MalformedTransaction(`the ${name} does not have ${length} bytes`);
  return bytes.slice();
}

function bytesOf(item: RlpItem | undefined, name: string): Uint8Array {
  if (!(item instanceof Uint8Array)) throw new MalformedTransaction(`the ${name} is not a byte string`);
  return item;
}

function listOf(item: RlpItem | undefined, name: string): RlpItem[] {
  if (!Array.isArray(item)) throw new MalformedTransaction(`the ${name} is not a list`);
  return item;
}

/** Never leaves this file. */
class MalformedTransaction extends Error {}
