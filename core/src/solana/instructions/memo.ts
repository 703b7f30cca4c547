import type { SolanaInstruction } from "../types.ts";
import { type DecodedInstruction, decodeLayout, layout } from "./layout.ts";

const memo = layout("Memo", "", [["memo", "text"]]);

/** Reads an instruction of the Memo Program: all of its data is the text. */
export function decodeMemoInstruction(instruction: SolanaInstruction): DecodedInstruction {
  return decodeLayout("memo", memo, instruction, 0);
}
