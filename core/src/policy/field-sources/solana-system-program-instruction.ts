import { systemInstructionNames } from "../../solana/instructions/system.ts";
import { bindNamed, type FieldSource } from "./field-source.ts";
import { bindInstructionField, bindInstructionName, solanaTransactionMethods } from "./solana-instruction.ts";

const bindings = new Map([
  ["instructionName", bindInstructionName(["system"], systemInstructionNames)],
  ["Transfer.from", bindInstructionField(["system"], "Transfer", "from", "solanaAddress")],
  ["Transfer.to", bindInstructionField(["system"], "Transfer", "to", "solanaAddress")],
  ["Transfer.lamports", bindInstructionField(["system"], "Transfer", "lamports", "uint")],
]);

/** An instruction of the System Program (03 §3.3, Solana). `lamports` are compared exactly, as 64-bit integers. */
export const solanaSystemProgramInstruction: FieldSource = {
  source: "solana_system_program_instruction",
  chainTypes: ["solana"],
  methods: solanaTransactionMethods,
  inAnyMethodRules: true,
  companion: undefined,
  bind: (field) => bindNamed("solana_system_program_instruction", bindings, field),
};
