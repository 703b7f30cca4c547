import { sha3_256 } from "@noble/hashes/sha3.js";
import { type ByteReader, readAll } from "../chains/byte-reader.ts";
import { concatBytes } from "../chains/concat-bytes.ts";
import { readBcsBytes, readIdentifier, skipTypeTag } from "../chains/move-type-tag.ts";
import { encodeUtf8 } from "../encoding/utf8.ts";

/** What the signer has to know of a raw transaction (aptos-core, `types/src/transaction/mod.rs`, `RawTransaction`). */
export type AptosTransaction = {
  /** 32 bytes. */
  sender: Uint8Array;
  sequenceNumber: bigint;
  payload: "Script" | "EntryFunction" | "Multisig";
  maxGasAmount: bigint;
  gasUnitPrice: bigint;
  /** Unix seconds. */
  expirationS: bigint;
  chainId: number;
};

const SCRIPT = 0;
const ENTRY_FUNCTION = 2;
const MULTISIG = 3;

/**
 * Decodes the BCS of a raw transaction; undefined for payloads we do not know and for anything before or behind it. BCS
 * has one spelling for every value, so what was read is all there is.
 */
export function decodeAptosTransaction(bytes: Uint8Array): AptosTransaction | undefined {
  return readAll(bytes, (reader) => {
    const sender = reader.bytes(32);
    const sequenceNumber = reader.u64();
    const payload = readPayload(reader);
    const [maxGasAmount, gasUnitPrice, expirationS] = [reader.u64(), reader.u64(), reader.u64()];
    return { sender, sequenceNumber, payload, maxGasAmount, gasUnitPrice, expirationS, chainId: reader.u8() };
  });
}

const PREFIX = sha3_256(encodeUtf8("APTOS::RawTransaction"));

/** What Ed25519 signs for a raw transaction: SHA3-256("APTOS::RawTransaction") ‖ BCS (Aptos, "Creating a Signed Transaction"). */
export function aptosSigningMessage(transactionBcs: Uint8Array): Uint8Array {
  return concatBytes(PREFIX, transactionBcs);
}

function readPayload(reader: ByteReader): AptosTransaction["payload"] {
  switch (reader.uleb128()) {
    case SCRIPT:
      readBcsBytes(reader);
      skipTypeArguments(reader);
      reader.list(reader.uleb128(), () => skipScriptArgument(reader));
      return "Script";
    case ENTRY_FUNCTION:
      skipEntryFunction(reader);
      return "EntryFunction";
    case MULTISIG:
      reader.bytes(32);
      // Option<MultisigTransactionPayload>, whose only variant is an entry function.
      if (reader.bool()) {
        if (reader.uleb128() !== 0) reader.fail();
        skipEntryFunction(reader);
      }
      return "Multisig";
    default:
      return reader.fail();
  }
}

function skipEntryFunction(reader: ByteReader): void {
  reader.bytes(32);
  readIdentifier(reader);
  readIdentifier(reader);
  skipTypeArguments(reader);
  reader.list(reader.uleb128(), () => readBcsBytes(reader));
}

function skipTypeArguments(reader: ByteReader): void {
  reader.list(reader.uleb128(), () => skipTypeTag(reader));
}

/** U8, U64, U128, Address, U8Vector, Bool, U16, U32, U256, Serialized (aptos-core, `TransactionArgument`). */
function skipScriptArgument(reader: ByteReader): void {
  const sizes = [1, 8, 16, 32, undefined, undefined, 2, 4, 32, undefined] as const;
  const tag = reader.uleb128();
  if (tag >= sizes.length) reader.fail();
  const size = sizes[tag];
  if (size !== undefined) reader.bytes(size);
  else if (tag === 5) reader.bool();
  else readBcsBytes(reader);
}
