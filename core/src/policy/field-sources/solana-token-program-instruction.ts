import type { KnownProgram } from "../../solana/instructions/layout.ts";
import { tokenExtensionInstructionNames, tokenInstructionNames } from "../../solana/instructions/token.ts";
import { bindNamed, type FieldBinding, type FieldSource } from "./field-source.ts";
import { bindInstructionField, bindInstructionName, solanaTransactionMethods } from "./solana-instruction.ts";

const programs: readonly KnownProgram[] = ["token", "token-2022"];

const fields: readonly (readonly [instruction: string, fields: readonly string[]])[] = [
  ["Transfer", ["source", "destination", "authority", "amount"]],
  ["TransferChecked", ["source", "destination", "authority", "amount", "mint"]],
  ["Burn", ["account", "mint", "authority", "amount"]],
  ["MintTo", ["mint", "account", "authority", "amount"]],
  ["CloseAccount", ["account", "destination", "authority"]],
  ["InitializeAccount3", ["account", "mint", "owner"]],
];

function bindField(instruction: string, field: string): FieldBinding {
  return bindInstructionField(programs, instruction, field, field === "amount" ? "uint" : "solanaAddress");
}

const bindings = new Map([
  ["instructionName", bindInstructionName(programs, [...tokenInstructionNames, ...tokenExtensionInstructionNames])],
  ...fields.flatMap(([instruction, names]) =>
    names.map((field): [string, FieldBinding] => [`${instruction}.${field}`, bindField(instruction, field)]),
  ),
  // What the documentation calls the owner in one place.
  ["InitializeAccount3.authority", bindField("InitializeAccount3", "owner")],
]);

/**
 * An instruction of the Token Program or of Token-2022, which share these layouts; `programId` tells them apart
 * (03 §3.3, Solana). Amounts are in the token's base units and compared exactly.
 */
export const solanaTokenProgramInstruction: FieldSource = {
  source: "solana_token_program_instruction",
  chainTypes: ["solana"],
  methods: solanaTransactionMethods,
  inAnyMethodRules: true,
  companion: undefined,
  bind: (field) => bindNamed("solana_token_program_instruction", bindings, field),
};
