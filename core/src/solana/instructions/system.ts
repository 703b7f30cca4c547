import type { SolanaInstruction } from "../types.ts";
import { type DecodedInstruction, decodeLayout, layout, unknownInstruction } from "./layout.ts";

/** By tag, which is four bytes (`SystemInstruction` of solana-system-interface). */
const layouts = [
  layout("CreateAccount", "from newAccount", [
    ["lamports", "u64"],
    ["space", "u64"],
    ["owner", "address"],
  ]),
  layout("Assign", "account", [["owner", "address"]]),
  layout("Transfer", "from to", [["lamports", "u64"]]),
  layout("CreateAccountWithSeed", "from newAccount", [
    ["base", "address"],
    ["seed", "seed"],
    ["lamports", "u64"],
    ["space", "u64"],
    ["owner", "address"],
  ]),
  layout("AdvanceNonceAccount", "nonce recentBlockhashes authority"),
  layout("WithdrawNonceAccount", "nonce to recentBlockhashes rent authority", [["lamports", "u64"]]),
  layout("InitializeNonceAccount", "nonce recentBlockhashes rent", [["authority", "address"]]),
  layout("AuthorizeNonceAccount", "nonce authority", [["newAuthority", "address"]]),
  layout("Allocate", "account", [["space", "u64"]]),
  layout("AllocateWithSeed", "account baseAccount", [
    ["base", "address"],
    ["seed", "seed"],
    ["space", "u64"],
    ["owner", "address"],
  ]),
  layout("AssignWithSeed", "account baseAccount", [
    ["base", "address"],
    ["seed", "seed"],
    ["owner", "address"],
  ]),
  layout("TransferWithSeed", "from base to", [
    ["lamports", "u64"],
    ["seed", "seed"],
    ["owner", "address"],
  ]),
  layout("UpgradeNonceAccount", "nonce"),
  layout("CreateAccountAllowPrefund", "newAccount", [
    ["lamports", "u64"],
    ["space", "u64"],
    ["owner", "address"],
  ]),
];

export const systemInstructionNames: readonly string[] = layouts.map(({ name }) => name);

/** Reads an instruction of the System Program. */
export function decodeSystemInstruction(instruction: SolanaInstruction): DecodedInstruction {
  const { data } = instruction;
  const isKnown = data.length >= 4 && data[1] === 0 && data[2] === 0 && data[3] === 0;
  const found = isKnown ? layouts[data[0]!] : undefined;
  return found === undefined ? unknownInstruction("system") : decodeLayout("system", found, instruction, 4);
}
