import { concatBytes } from "../chains/concat-bytes.ts";
import { sha256 } from "../crypto/primitives.ts";
import { decodeHex } from "../encoding/hex.ts";

/**
 * The code cell of wallet v4R2: its representation hash (docs.ton.org, "Wallet V4") and its depth. The hash of a cell
 * depends on those below it through these two alone, so the code itself is not needed to know an address.
 */
const CODE_HASH = decodeHex("feb5ff6820e2ff0d9483e7e0d62c817d846789fb4ae580c878866d959dabd5c0")!;
const CODE_DEPTH = 7;

/** The subwallet id of the first wallet in workchain 0 (docs.ton.org, "Wallet V4", "Persistent memory layout"). */
const SUBWALLET_ID = 0x29a9a317;

/** The 32-byte account id: the hash of the contract's initial state (docs.ton.org, "Internal addresses"). */
export function walletV4R2AccountId(publicKey: Uint8Array): Uint8Array {
  if (publicKey.length !== 32) throw new TypeError("public key must have 32 bytes");
  const dataHash = hashCell(initialData(publicKey), 321, []);
  const refs = [
    { hash: CODE_HASH, depth: CODE_DEPTH },
    { hash: dataHash, depth: 0 },
  ];
  // StateInit (block.tlb): no split_depth, not special, code, data, no library: bits 00110.
  return hashCell(Uint8Array.of(0b00110_000), 5, refs);
}

/** seqno 0 ‖ subwallet id ‖ public key ‖ empty plugin dictionary, 321 bits. */
function initialData(publicKey: Uint8Array): Uint8Array {
  const data = new Uint8Array(41);
  new DataView(data.buffer).setUint32(4, SUBWALLET_ID);
  data.set(publicKey, 8);
  return data;
}

/**
 * The representation hash of an ordinary cell: SHA-256 of refs descriptor ‖ bits descriptor ‖ data, completed with a one
 * bit ‖ depths ‖ hashes of the references (TVM whitepaper §3.1.4–3.1.5). `data` has zeros behind its `bits` bits.
 */
function hashCell(data: Uint8Array, bits: number, refs: { hash: Uint8Array; depth: number }[]): Uint8Array {
  const descriptors = Uint8Array.of(refs.length, Math.floor(bits / 8) + Math.ceil(bits / 8));
  const completed = data.slice();
  if (bits % 8 !== 0) completed[completed.length - 1]! |= 0x80 >> (bits % 8);
  const depths = refs.map(({ depth }) => Uint8Array.of(depth >> 8, depth & 0xff));
  return sha256(concatBytes(descriptors, completed, ...depths, ...refs.map(({ hash }) => hash)));
}
