import type { SolanaInstruction } from "../types.ts";
import { type DecodedInstruction, decodeLayout, type InstructionLayout, layout, unknownInstruction } from "./layout.ts";

const amount = ["amount", "u64"] as const;
const decimals = ["decimals", "u8"] as const;
const mintData = [decimals, ["mintAuthority", "address"], ["freezeAuthority", "optionalAddress"]] as const;

/** By tag, which is one byte (`TokenInstruction` of spl-token); Token-2022 has the same. */
const layouts = [
  layout("InitializeMint", "mint rent", mintData),
  layout("InitializeAccount", "account mint owner rent"),
  layout("InitializeMultisig", "multisig rent", [["m", "u8"]]),
  layout("Transfer", "source destination authority", [amount]),
  layout("Approve", "source delegate authority", [amount]),
  layout("Revoke", "source authority"),
  layout("SetAuthority", "owned authority", [
    ["authorityType", "u8"],
    ["newAuthority", "optionalAddress"],
  ]),
  layout("MintTo", "mint account authority", [amount]),
  layout("Burn", "account mint authority", [amount]),
  layout("CloseAccount", "account destination authority"),
  layout("FreezeAccount", "account mint authority"),
  layout("ThawAccount", "account mint authority"),
  layout("TransferChecked", "source mint destination authority", [amount, decimals]),
  layout("ApproveChecked", "source mint delegate authority", [amount, decimals]),
  layout("MintToChecked", "mint account authority", [amount, decimals]),
  layout("BurnChecked", "account mint authority", [amount, decimals]),
  layout("InitializeAccount2", "account mint rent", [["owner", "address"]]),
  layout("SyncNative", "account"),
  layout("InitializeAccount3", "account mint", [["owner", "address"]]),
  layout("InitializeMultisig2", "multisig", [["m", "u8"]]),
  layout("InitializeMint2", "mint", mintData),
  layout("GetAccountDataSize", "mint", [["extensions", "bytes"]]),
  layout("InitializeImmutableOwner", "account"),
  layout("AmountToUiAmount", "mint", [amount]),
  layout("UiAmountToAmount", "mint", [["uiAmount", "text"]]),
];

/** Instructions of Token-2022 alone whose name is all that is read of them. */
const named = (name: string): InstructionLayout => layout(name, "", [["rest", "bytes"]]);

/** By tag, where one byte says which. */
const extensions = new Map<number, InstructionLayout>([
  [25, named("InitializeMintCloseAuthority")],
  [29, named("Reallocate")],
  [31, named("CreateNativeMint")],
  [32, named("InitializeNonTransferableMint")],
  [35, named("InitializePermanentDelegate")],
  [38, named("WithdrawExcessLamports")],
]);

/**
 * By tag, then by a second byte. Families that are not here (confidential transfers and what came later), batches and
 * the metadata and group interfaces stay unknown.
 */
const families = new Map<number, readonly InstructionLayout[]>([
  [
    26,
    [
      named("InitializeTransferFeeConfig"),
      layout("TransferCheckedWithFee", "source mint destination authority", [amount, decimals, ["fee", "u64"]]),
      named("WithdrawWithheldTokensFromMint"),
      named("WithdrawWithheldTokensFromAccounts"),
      named("HarvestWithheldTokensToMint"),
      named("SetTransferFee"),
    ],
  ],
  [28, [named("InitializeDefaultAccountState"), named("UpdateDefaultAccountState")]],
  [30, [named("EnableMemoTransfers"), named("DisableMemoTransfers")]],
  [33, [named("InitializeInterestBearingMint"), named("UpdateRateInterestBearingMint")]],
  [34, [named("EnableCpiGuard"), named("DisableCpiGuard")]],
  [36, [named("InitializeTransferHook"), named("UpdateTransferHook")]],
  [39, [named("InitializeMetadataPointer"), named("UpdateMetadataPointer")]],
  [40, [named("InitializeGroupPointer"), named("UpdateGroupPointer")]],
  [41, [named("InitializeGroupMemberPointer"), named("UpdateGroupMemberPointer")]],
  [43, [named("InitializeScaledUiAmountMint"), named("UpdateMultiplierScaledUiMint")]],
  [44, [named("InitializePausableConfig"), named("Pause"), named("Resume")]],
]);

/** What both token programs have. */
export const tokenInstructionNames: readonly string[] = layouts.map(({ name }) => name);
/** What only Token-2022 has, as far as it is known here. */
export const tokenExtensionInstructionNames: readonly string[] = [...extensions.values(), ...families.values()]
  .flat()
  .map(({ name }) => name);

/** Reads an instruction of the Token Program or of Token-2022. */
export function decodeTokenInstruction(
  instruction: SolanaInstruction,
  program: "token" | "token-2022",
): DecodedInstruction {
  const [tag, second] = instruction.data;
  if (tag === undefined) return unknownInstruction(program);
  const shared = layouts[tag];
  if (shared !== undefined) return decodeLayout(program, shared, instruction, 1);
  if (program === "token") return unknownInstruction(program);
  const extension = extensions.get(tag);
  if (extension !== undefined) return decodeLayout(program, extension, instruction, 1);
  const member = second === undefined ? undefined : families.get(tag)?.[second];
  return member === undefined ? unknownInstruction(program) : decodeLayout(program, member, instruction, 2);
}
