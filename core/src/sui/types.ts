export type SuiArgument =
  | { kind: "GasCoin" }
  | { kind: "Input"; index: number }
  | { kind: "Result"; command: number }
  | { kind: "NestedResult"; command: number; result: number };

/** A command of a programmable transaction. Of the kinds that no field looks into, `arguments` is all that is kept. */
export type SuiCommand =
  | { name: "TransferObjects"; objects: SuiArgument[]; recipient: SuiArgument }
  | { name: "SplitCoins"; coin: SuiArgument; amounts: SuiArgument[] }
  | { name: "MergeCoins"; destination: SuiArgument; sources: SuiArgument[] }
  | { name: "MoveCall" | "MakeMoveVec" | "Publish" | "Upgrade"; arguments: SuiArgument[] };

/** The bytes of a pure input; undefined for an object. */
export type SuiInput = Uint8Array | undefined;

/** `TransactionData` version 1 of a programmable transaction, as far as the signer and the policy have to know it. */
export type SuiTransaction = {
  /** 32 bytes each. */
  sender: Uint8Array;
  gasOwner: Uint8Array;
  /** MIST */
  gasPrice: bigint;
  gasBudget: bigint;
  inputs: readonly SuiInput[];
  commands: readonly SuiCommand[];
  uses: SuiUses;
};

/** Who refers to what, counted once for the whole transaction. */
export type SuiUses = {
  /** How often each result of a command is an argument, by `command.result`. */
  results: ReadonlyMap<string, number>;
  /** Inputs that a command may take by mutable reference, and so change. */
  mutableInputs: ReadonlySet<number>;
};
