import { equalBytes } from "../crypto/equal-bytes.ts";
import type { SolanaAccount, SolanaInstruction, SolanaMessage } from "./types.ts";

/**
 * The account that an index stands for: first the message's own keys, then what the lookup tables load to be written,
 * then what they load to be read. The index is one of a decoded message.
 */
export function accountAt(message: SolanaMessage, index: number): SolanaAccount {
  const { requiredSignatures, readonlySigned, readonlyUnsigned, accountKeys, addressTableLookups } = message;
  const address = accountKeys[index];
  if (address === undefined) {
    const writable = addressTableLookups.reduce((count, { writableIndexes }) => count + writableIndexes.length, 0);
    return { address: undefined, isSigner: false, isWritable: index - accountKeys.length < writable };
  }
  const isSigner = index < requiredSignatures;
  const writableEnd = isSigner ? requiredSignatures - readonlySigned : accountKeys.length - readonlyUnsigned;
  return { address, isSigner, isWritable: index < writableEnd };
}

/** The instructions of a decoded message with their accounts, in the order in which they run. */
export function instructionsOf(message: SolanaMessage): SolanaInstruction[] {
  return message.instructions.map(({ programIdIndex, accountIndexes, data }) => ({
    // A decoded message names its programs itself.
    programId: message.accountKeys[programIdIndex]!,
    accounts: accountIndexes.map((index) => accountAt(message, index)),
    data,
  }));
}

/** Which of the required signatures is that of the address; undefined when the message needs none from it. */
export function signerIndexOf(message: SolanaMessage, address: Uint8Array): number | undefined {
  const index = message.accountKeys.slice(0, message.requiredSignatures).findIndex((key) => equalBytes(key, address));
  return index === -1 ? undefined : index;
}
