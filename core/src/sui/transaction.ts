import { type ByteReader, readAll } from "../chains/byte-reader.ts";
import { readBcsBytes, readIdentifier, skipTypeTag } from "../chains/move-type-tag.ts";
import type { SuiArgument, SuiCommand, SuiInput, SuiTransaction } from "./types.ts";
import { countUses } from "./uses.ts";

/** Intent: TransactionData, version 0, application Sui (Sui, "Intent Signing"). What is signed begins with it. */
export const TRANSACTION_INTENT = Uint8Array.of(0, 0, 0);

/**
 * Decodes the BCS of `TransactionData` (sui-types `transaction.rs`); undefined for system transactions, for inputs and
 * commands that are not known here, and for bytes behind it. BCS has one spelling for every value.
 */
export function decodeSuiTransaction(bytes: Uint8Array): SuiTransaction | undefined {
  return readAll(bytes, (reader) => {
    // TransactionData::V1, TransactionKind::ProgrammableTransaction
    if (reader.uleb128() !== 0 || reader.uleb128() !== 0) reader.fail();
    const inputs = reader.list(reader.uleb128(), () => readInput(reader));
    const commands = reader.list(reader.uleb128(), () => readCommand(reader));
    const sender = reader.bytes(32);
    reader.list(reader.uleb128(), () => skipObjectReference(reader));
    const gasOwner = reader.bytes(32);
    const [gasPrice, gasBudget] = [reader.u64(), reader.u64()];
    skipExpiration(reader);
    return { sender, gasOwner, gasPrice, gasBudget, inputs, commands, uses: countUses(commands) };
  });
}

function readInput(reader: ByteReader): SuiInput {
  const kind = reader.uleb128();
  if (kind === 0) return readBcsBytes(reader);
  if (kind !== 1) reader.fail();
  // ObjectArg: ImmOrOwnedObject, SharedObject, Receiving
  const object = reader.uleb128();
  if (object === 0 || object === 2) skipObjectReference(reader);
  else if (object === 1) {
    reader.bytes(32);
    reader.u64();
    reader.bool();
  } else reader.fail();
  return undefined;
}

function readCommand(reader: ByteReader): SuiCommand {
  switch (reader.uleb128()) {
    case 0:
      reader.bytes(32);
      readIdentifier(reader);
      readIdentifier(reader);
      reader.list(reader.uleb128(), () => skipTypeTag(reader));
      return { name: "MoveCall", arguments: readArguments(reader) };
    case 1:
      return { name: "TransferObjects", objects: readArguments(reader), recipient: readArgument(reader) };
    case 2:
      return { name: "SplitCoins", coin: readArgument(reader), amounts: readArguments(reader) };
    case 3:
      return { name: "MergeCoins", destination: readArgument(reader), sources: readArguments(reader) };
    case 4:
      skipModules(reader);
      return { name: "Publish", arguments: [] };
    case 5:
      if (reader.bool()) skipTypeTag(reader);
      return { name: "MakeMoveVec", arguments: readArguments(reader) };
    case 6:
      skipModules(reader);
      reader.bytes(32);
      return { name: "Upgrade", arguments: [readArgument(reader)] };
    default:
      return reader.fail();
  }
}

function readArguments(reader: ByteReader): SuiArgument[] {
  return reader.list(reader.uleb128(), () => readArgument(reader));
}

function readArgument(reader: ByteReader): SuiArgument {
  switch (reader.uleb128()) {
    case 0:
      return { kind: "GasCoin" };
    case 1:
      return { kind: "Input", index: reader.u16() };
    case 2:
      return { kind: "Result", command: reader.u16() };
    case 3:
      return { kind: "NestedResult", command: reader.u16(), result: reader.u16() };
    default:
      return reader.fail();
  }
}

/** Modules and the ids of the packages they depend on. */
function skipModules(reader: ByteReader): void {
  reader.list(reader.uleb128(), () => readBcsBytes(reader));
  reader.list(reader.uleb128(), () => reader.bytes(32));
}

/** Object id, version, and a digest that BCS writes as a byte string of 32. */
function skipObjectReference(reader: ByteReader): void {
  reader.bytes(32);
  reader.u64();
  if (readBcsBytes(reader).length !== 32) reader.fail();
}

/** None, or the last epoch. */
function skipExpiration(reader: ByteReader): void {
  const kind = reader.uleb128();
  if (kind > 1) reader.fail();
  if (kind === 1) reader.u64();
}
