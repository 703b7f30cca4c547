import type { SolanaInstruction } from "../types.ts";
import { type DecodedInstruction, decodeLayout, layout, unknownInstruction } from "./layout.ts";

const accounts = "payer account wallet mint systemProgram tokenProgram";

/** By tag, which is one byte (`AssociatedTokenAccountInstruction` of spl-associated-token-account). */
const layouts = [
  layout("Create", accounts),
  layout("CreateIdempotent", accounts),
  layout("RecoverNested", "nestedAccount nestedMint destination ownerAccount ownerMint wallet tokenProgram"),
];

/** Reads an instruction of the Associated Token Account Program. No data at all stands for `Create`. */
export function decodeAssociatedTokenInstruction(instruction: SolanaInstruction): DecodedInstruction {
  const found = layouts[instruction.data[0] ?? 0];
  if (found === undefined) return unknownInstruction("associated-token");
  return decodeLayout("associated-token", found, instruction, 1);
}
