import { encodeSolanaAddress } from "../../solana/address.ts";
import { setOperators } from "../operator.ts";
import { bindNamed, type FieldBinding, type FieldSource, known } from "./field-source.ts";
import { instructionOf, notAnInstruction, solanaTransactionMethods } from "./solana-instruction.ts";

const programId: FieldBinding = {
  operators: setOperators,
  types: ["solanaAddress"],
  extract: (reading) => {
    const part = instructionOf(reading);
    return part === undefined
      ? notAnInstruction
      : known("solanaAddress", encodeSolanaAddress(part.instruction.programId));
  },
};

const bindings = new Map([["programId", programId]]);

/** The program that an instruction is for, whichever it is (03 §3.3, Solana). */
export const solanaProgramInstruction: FieldSource = {
  source: "solana_program_instruction",
  chainTypes: ["solana"],
  methods: solanaTransactionMethods,
  inAnyMethodRules: true,
  companion: undefined,
  bind: (field) => bindNamed("solana_program_instruction", bindings, field),
};
