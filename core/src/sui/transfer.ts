import type { SuiArgument, SuiCommand, SuiTransaction } from "./types.ts";
import { resultKey } from "./uses.ts";

type TransferObjects = Extract<SuiCommand, { name: "TransferObjects" }>;

/**
 * The 32 bytes of the recipient; undefined unless it is a pure input that nothing but transfers reads: a Move call may take
 * a pure input by mutable reference and leave another value in it.
 */
export function transferRecipient(transaction: SuiTransaction, command: TransferObjects): Uint8Array | undefined {
  const bytes = readPlainInput(transaction, command.recipient);
  return bytes?.length === 32 ? bytes : undefined;
}

/**
 * How much MIST a transfer moves: the sum of the coins in it. Undefined unless each of them was split off the gas coin in
 * this transaction, by a pure amount, and is used by this transfer alone: an object's worth is nowhere in the transaction,
 * and a coin that other commands touch may have grown.
 */
export function transferAmount(transaction: SuiTransaction, command: TransferObjects): bigint | undefined {
  let sum = 0n;
  for (const object of command.objects) {
    const amount = splitAmount(transaction, object);
    if (amount === undefined || transaction.uses.results.get(resultKey(object) ?? "") !== 1) return undefined;
    sum += amount;
  }
  return command.objects.length === 0 ? undefined : sum;
}

/** The amount of the split that the argument is a result of. */
function splitAmount(transaction: SuiTransaction, argument: SuiArgument): bigint | undefined {
  if (argument.kind !== "Result" && argument.kind !== "NestedResult") return undefined;
  const split = transaction.commands[argument.command];
  if (split?.name !== "SplitCoins" || split.coin.kind !== "GasCoin") return undefined;
  // `Result` names the results of a command as a whole, which is a single coin only where there is one.
  if (argument.kind === "Result" && split.amounts.length !== 1) return undefined;
  const amount = split.amounts[argument.kind === "Result" ? 0 : argument.result];
  const bytes = amount === undefined ? undefined : readPlainInput(transaction, amount);
  if (bytes?.length !== 8) return undefined;
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
}

function readPlainInput({ inputs, uses }: SuiTransaction, argument: SuiArgument): Uint8Array | undefined {
  const isPlain = argument.kind === "Input" && !uses.mutableInputs.has(argument.index);
  return isPlain ? inputs[argument.index] : undefined;
}
