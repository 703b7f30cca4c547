/** One instruction as the message spells it: indexes into the message's accounts (`accountAt`). */
export type CompiledInstruction = { programIdIndex: number; accountIndexes: number[]; data: Uint8Array };

/** Accounts that a v0 message names by their position in a table on the chain. `tableAddress` is 32 bytes. */
export type AddressTableLookup = { tableAddress: Uint8Array; writableIndexes: number[]; readonlyIndexes: number[] };

/** Everything that is signed, and nothing else. */
export type SolanaMessage = {
  version: "legacy" | 0;
  /** The first so many account keys have to sign; the first of all pays the fee. */
  requiredSignatures: number;
  /** How many at the end of those that sign, and how many at the end of the others, are not written to. */
  readonlySigned: number;
  readonlyUnsigned: number;
  /** 32 bytes each, no two alike. */
  accountKeys: Uint8Array[];
  /** 32 bytes; with a durable nonce the nonce, and the message then never expires. */
  recentBlockhash: Uint8Array;
  instructions: CompiledInstruction[];
  /** Empty in a legacy message. */
  addressTableLookups: AddressTableLookup[];
};

/** A message with its signatures, 64 bytes each and all zero where one is missing, in the order of the account keys. */
export type SolanaTransaction = { signatures: Uint8Array[]; message: SolanaMessage };

/** `address` is 32 bytes, and undefined for an account of a lookup table: only the chain knows which that is. */
export type SolanaAccount = { address: Uint8Array | undefined; isSigner: boolean; isWritable: boolean };

/** An instruction with its indexes resolved as far as the message does it. `programId` is 32 bytes. */
export type SolanaInstruction = { programId: Uint8Array; accounts: SolanaAccount[]; data: Uint8Array };

/** A wallet request, decoded; the policy engine reads it and the bytes that are signed are derived from it. */
export type SolanaRequest =
  | { method: "signMessage"; message: Uint8Array }
  | {
      method: "signTransaction";
      transaction: SolanaTransaction;
      /** Which of the signatures is the wallet's. */
      signerIndex: number;
    }
  | {
      method: "signAndSendTransaction";
      transaction: SolanaTransaction;
      signerIndex: number;
      caip2: string;
      referenceId: string | undefined;
      /** Whether to leave out the node's simulation before it broadcasts. */
      skipPreflight: boolean;
    };
