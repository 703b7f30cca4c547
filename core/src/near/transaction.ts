import { type ByteReader, readAll } from "../chains/byte-reader.ts";
import { decodeUtf8 } from "../encoding/utf8.ts";
import { isNearAccountId } from "./account-id.ts";

/** What the signer has to know of a transaction (NEAR Protocol Specification, "Transactions", version 0). */
export type NearTransaction = {
  signerId: string;
  /** 32 bytes, Ed25519. */
  publicKey: Uint8Array;
  nonce: bigint;
  receiverId: string;
  blockHash: Uint8Array;
  /** The names of the actions, in order. */
  actions: readonly NearActionName[];
};

const ACTION_NAMES = [
  "CreateAccount",
  "DeployContract",
  "FunctionCall",
  "Transfer",
  "Stake",
  "AddKey",
  "DeleteKey",
  "DeleteAccount",
] as const;
export type NearActionName = (typeof ACTION_NAMES)[number];

/**
 * Decodes a borsh transaction; undefined unless it is one of version 0 by an Ed25519 key, with actions we know, and nothing
 * behind it. Borsh has one spelling for every value (borsh.io), so what was read is all there is.
 */
export function decodeNearTransaction(bytes: Uint8Array): NearTransaction | undefined {
  return readAll(bytes, (reader) => {
    const signerId = readAccountId(reader);
    const { keyType, key: publicKey } = readPublicKey(reader);
    if (keyType !== "ed25519") reader.fail();
    const nonce = reader.u64();
    const receiverId = readAccountId(reader);
    const blockHash = reader.bytes(32);
    const actions = reader.list(reader.u32(), () => readAction(reader));
    return { signerId, publicKey, nonce, receiverId, blockHash, actions };
  });
}

function readAction(reader: ByteReader): NearActionName {
  const name = ACTION_NAMES[reader.u8()] ?? reader.fail();
  switch (name) {
    case "CreateAccount":
      break;
    case "DeployContract":
      readBlob(reader);
      break;
    case "FunctionCall":
      readText(reader);
      readBlob(reader);
      reader.u64();
      reader.u128();
      break;
    case "Transfer":
      reader.u128();
      break;
    case "Stake":
      reader.u128();
      readPublicKey(reader);
      break;
    case "AddKey":
      readPublicKey(reader);
      readAccessKey(reader);
      break;
    case "DeleteKey":
      readPublicKey(reader);
      break;
    case "DeleteAccount":
      readAccountId(reader);
      break;
  }
  return name;
}

function readAccessKey(reader: ByteReader): void {
  reader.u64();
  const permission = reader.u8();
  if (permission > 1) reader.fail();
  if (permission === 1) return; // full access
  if (reader.bool()) reader.u128();
  // The receiver is a plain string here, which may be of any form.
  readText(reader);
  reader.list(reader.u32(), () => readText(reader));
}

function readPublicKey(reader: ByteReader): { keyType: "ed25519" | "secp256k1"; key: Uint8Array } {
  const tag = reader.u8();
  if (tag > 1) reader.fail();
  return tag === 0 ? { keyType: "ed25519", key: reader.bytes(32) } : { keyType: "secp256k1", key: reader.bytes(64) };
}

function readAccountId(reader: ByteReader): string {
  const text = readText(reader);
  return isNearAccountId(text) ? text : reader.fail();
}

function readText(reader: ByteReader): string {
  return decodeUtf8(readBlob(reader)) ?? reader.fail();
}

function readBlob(reader: ByteReader): Uint8Array {
  return reader.bytes(reader.u32());
}
