import type { SolanaInstruction } from "../types.ts";
import { type DecodedInstruction, decodeLayout, type InstructionLayout, layout, unknownInstruction } from "./layout.ts";

/** By tag, which is one byte (`ComputeBudgetInstruction` of solana-compute-budget-interface). */
const layouts: readonly (InstructionLayout | undefined)[] = [
  // Deprecated, and its successors say the same in two.
  layout("RequestUnits", "", [
    ["units", "u32"],
    ["additionalFee", "u32"],
  ]),
  layout("RequestHeapFrame", "", [["bytes", "u32"]]),
  layout("SetComputeUnitLimit", "", [["units", "u32"]]),
  layout("SetComputeUnitPrice", "", [["microLamports", "u64"]]),
  layout("SetLoadedAccountsDataSizeLimit", "", [["bytes", "u32"]]),
];

/** Reads an instruction of the Compute Budget Program. */
export function decodeComputeBudgetInstruction(instruction: SolanaInstruction): DecodedInstruction {
  const found = layouts[instruction.data[0] ?? -1];
  if (found === undefined) return unknownInstruction("compute-budget");
  return decodeLayout("compute-budget", found, instruction, 1);
}
