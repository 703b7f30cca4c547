import { encodeHex0x } from "../encoding/hex.ts";
import { encodeUtf8 } from "../encoding/utf8.ts";
import { pedersenHashOfElements } from "./pedersen.ts";
import { toBytes, toInteger } from "./stark-curve.ts";

/** The class of OpenZeppelin's account contract 0.8.1, whose constructor takes the public key alone. */
const OPENZEPPELIN_ACCOUNT_CLASS_HASH = 0x061dac032f228abef9c6626f995015233097ae253a7f72d68552db02f2971b8fn;

const CONTRACT_ADDRESS_PREFIX = toInteger(encodeUtf8("STARKNET_CONTRACT_ADDRESS"));
/** Contract addresses are reduced by this (docs.starknet.io, "Contract address"). */
const ADDRESS_BOUND = (1n << 251n) - 256n;

/** The address that the account of a public key has or will have: OpenZeppelin's contract, salted with the key itself. */
export function starknetAccountAddress(publicKey: Uint8Array): string {
  if (publicKey.length !== 32) throw new TypeError("public key must have 32 bytes");
  const key = toInteger(publicKey);
  return encodeHex0x(toBytes(contractAddress(key, OPENZEPPELIN_ACCOUNT_CLASS_HASH, [key])));
}

/** The address of a contract that nobody deploys but itself, i.e. with deployer 0 (docs.starknet.io, "Contract address"). */
export function contractAddress(salt: bigint, classHash: bigint, constructorCalldata: readonly bigint[]): bigint {
  const calldataHash = pedersenHashOfElements(constructorCalldata);
  return pedersenHashOfElements([CONTRACT_ADDRESS_PREFIX, 0n, salt, classHash, calldataHash]) % ADDRESS_BOUND;
}

/** 0x and 64 lower-case digits; undefined unless the text is 0x and 1 to 64 hex digits below the bound. */
export function canonicalStarknetAddress(text: string): string | undefined {
  if (!/^0x[0-9a-fA-F]{1,64}$/.test(text)) return undefined;
  const value = BigInt(text);
  return value < ADDRESS_BOUND ? encodeHex0x(toBytes(value)) : undefined;
}
