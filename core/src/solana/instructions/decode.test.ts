import { describe, expect, it } from "vitest";
import {
  ASSOCIATED_TOKEN,
  address,
  addressBytes,
  buildMessage,
  COMPUTE_BUDGET,
  instruction,
  lookup,
  MEMO,
  ownMessages,
  type PlainInstruction,
  SYSTEM,
  seed,
  TOKEN,
  TOKEN_2022,
  transfer,
  transferChecked,
  u32,
  u64,
  WALLET,
} from "../../testing/solana-fixtures.ts";
import { decodeMessage } from "../message.ts";
import { instructionsOf } from "../message-accounts.ts";
import type { SolanaInstruction } from "../types.ts";
import { decodeInstruction, describeInstruction } from "./decode.ts";

const [A, B, C, D, E] = [1, 2, 3, 4, 5].map(address) as [string, string, string, string, string];
const owner = addressBytes(D);

function resolve(plain: PlainInstruction): SolanaInstruction {
  return instructionsOf(buildMessage([plain]))[0]!;
}

/** A short spelling for tables: the name and the fields, or why there are none. */
function show(plain: PlainInstruction): string {
  const { name, fields, why } = describeInstruction(resolve(plain)) as {
    name?: string;
    fields?: { [field: string]: string | null };
    why?: string;
  };
  const shown = Object.entries(fields ?? {}).map(([field, value]) => `${field}=${shorten(value)}`);
  return [name ?? "?", ...shown, ...(why === undefined ? [] : [`(${why})`])].join(" ");
}

const shortNames = new Map([
  [A, "A"],
  [B, "B"],
  [C, "C"],
  [D, "D"],
  [E, "E"],
  [WALLET, "wallet"],
  [address(201), "source"],
]);

function shorten(value: string | null): string {
  return value === null ? "none" : (shortNames.get(value) ?? value);
}

const cases: [PlainInstruction, string][] = [
  [transfer(B, 5n), "Transfer from=wallet to=B lamports=5"],
  [transfer(B, 2n ** 64n - 1n), "Transfer from=wallet to=B lamports=18446744073709551615"],
  [transfer(lookup(0), 5n), "Transfer from=wallet to=from a lookup table lamports=5"],
  [instruction(SYSTEM, [A, B, C], u32(2), u64(5n)), "Transfer from=A to=B lamports=5"],
  [
    instruction(SYSTEM, [A, B], u32(0), u64(1n), u64(2n), owner),
    "CreateAccount from=A newAccount=B lamports=1 space=2 owner=D",
  ],
  [instruction(SYSTEM, [A], u32(1), owner), "Assign account=A owner=D"],
  [
    instruction(SYSTEM, [A, B], u32(3), owner, seed("s"), u64(1n), u64(2n), owner),
    "CreateAccountWithSeed from=A newAccount=B base=D seed=s lamports=1 space=2 owner=D",
  ],
  [instruction(SYSTEM, [A, B, C], u32(4)), "AdvanceNonceAccount nonce=A recentBlockhashes=B authority=C"],
  [
    instruction(SYSTEM, [A, B, C, D, E], u32(5), u64(7n)),
    "WithdrawNonceAccount nonce=A to=B recentBlockhashes=C rent=D authority=E lamports=7",
  ],
  [
    instruction(SYSTEM, [A, B, C], u32(6), owner),
    "InitializeNonceAccount nonce=A recentBlockhashes=B rent=C authority=D",
  ],
  [instruction(SYSTEM, [A, B], u32(7), owner), "AuthorizeNonceAccount nonce=A authority=B newAuthority=D"],
  [instruction(SYSTEM, [A], u32(8), u64(9n)), "Allocate account=A space=9"],
  [
    instruction(SYSTEM, [A, B], u32(9), owner, seed("é".slice(0, 0)), u64(9n), owner),
    "AllocateWithSeed account=A baseAccount=B base=D seed= space=9 owner=D",
  ],
  [
    instruction(SYSTEM, [A, B], u32(10), owner, seed("s"), owner),
    "AssignWithSeed account=A baseAccount=B base=D seed=s owner=D",
  ],
  [
    instruction(SYSTEM, [A, B, C], u32(11), u64(5n), seed("s"), owner),
    "TransferWithSeed from=A base=B to=C lamports=5 seed=s owner=D",
  ],
  [instruction(SYSTEM, [A], u32(12)), "UpgradeNonceAccount nonce=A"],
  [
    instruction(SYSTEM, [A], u32(13), u64(0n), u64(2n), owner),
    "CreateAccountAllowPrefund newAccount=A lamports=0 space=2 owner=D",
  ],
  [instruction(SYSTEM, [A, B], u32(14)), "? (the program's instruction is not known)"],
  [instruction(SYSTEM, [A, B], 2, 0, 1, 0, u64(5n)), "? (the program's instruction is not known)"],
  [instruction(SYSTEM, [A, B], 2, 0, 0), "? (the program's instruction is not known)"],
  [instruction(SYSTEM, [A, B]), "? (the program's instruction is not known)"],
  [
    instruction(SYSTEM, [A, B], u32(2), u64(5n), 0),
    "Transfer (there are bytes after the end of the instruction's data)",
  ],
  [instruction(SYSTEM, [A, B], u32(2), u64(5n).slice(1)), "Transfer (the data ends too early)"],
  [instruction(SYSTEM, [A], u32(2), u64(5n)), "Transfer (the instruction has no account `to`)"],
  [
    instruction(SYSTEM, [A, B], u32(3), owner, u64(2n ** 64n - 1n)),
    "CreateAccountWithSeed (the seed is longer than the data)",
  ],
  [instruction(SYSTEM, [A, B], u32(10), owner, u64(1n), 0xff, owner), "AssignWithSeed (a text is not UTF-8)"],

  [
    instruction(TOKEN, [A, B], 0, 6, owner, 0),
    "InitializeMint mint=A rent=B decimals=6 mintAuthority=D freezeAuthority=none",
  ],
  [
    instruction(TOKEN, [A, B], 0, 6, owner, 0, new Uint8Array(32)),
    "InitializeMint mint=A rent=B decimals=6 mintAuthority=D freezeAuthority=none",
  ],
  [
    instruction(TOKEN, [A, B], 0, 6, owner, 0, new Uint8Array(33)),
    "InitializeMint (there are bytes behind an optional address that is not there)",
  ],
  [
    instruction(TOKEN, [A, B], 0, 6, owner, 2, owner),
    "InitializeMint (an optional address begins with neither 0 nor 1)",
  ],
  [instruction(TOKEN, [A, B, C, D], 1), "InitializeAccount account=A mint=B owner=C rent=D"],
  [instruction(TOKEN, [A, B, C], 2, 1), "InitializeMultisig multisig=A rent=B m=1"],
  [instruction(TOKEN, [A, B, C], 3, u64(5n)), "Transfer source=A destination=B authority=C amount=5"],
  [instruction(TOKEN, [A, B, C, D, E], 3, u64(5n)), "Transfer source=A destination=B authority=C amount=5"],
  [instruction(TOKEN, [A, B, C], 3, u64(5n), 0), "Transfer (there are bytes after the end of the instruction's data)"],
  [instruction(TOKEN, [A, B, C], 3, u64(5n).slice(4)), "Transfer (the data ends too early)"],
  [instruction(TOKEN, [A, B, C], 4, u64(5n)), "Approve source=A delegate=B authority=C amount=5"],
  [instruction(TOKEN, [A, B], 5), "Revoke source=A authority=B"],
  [instruction(TOKEN, [A, B], 6, 2, 1, owner), "SetAuthority owned=A authority=B authorityType=2 newAuthority=D"],
  [instruction(TOKEN, [A, B], 6, 0, 0), "SetAuthority owned=A authority=B authorityType=0 newAuthority=none"],
  [instruction(TOKEN, [A, B, C], 7, u64(5n)), "MintTo mint=A account=B authority=C amount=5"],
  [instruction(TOKEN, [A, B, C], 8, u64(5n)), "Burn account=A mint=B authority=C amount=5"],
  [instruction(TOKEN, [A, B, C], 9), "CloseAccount account=A destination=B authority=C"],
  [instruction(TOKEN, [A, B, C], 10), "FreezeAccount account=A mint=B authority=C"],
  [instruction(TOKEN, [A, B, C], 11), "ThawAccount account=A mint=B authority=C"],
  [
    transferChecked(B, C, 5n),
    "TransferChecked source=source mint=C destination=B authority=wallet amount=5 decimals=6",
  ],
  [
    instruction(TOKEN, [A, B, C, D], 13, u64(5n), 6),
    "ApproveChecked source=A mint=B delegate=C authority=D amount=5 decimals=6",
  ],
  [instruction(TOKEN, [A, B, C], 14, u64(5n), 6), "MintToChecked mint=A account=B authority=C amount=5 decimals=6"],
  [instruction(TOKEN, [A, B, C], 15, u64(5n), 6), "BurnChecked account=A mint=B authority=C amount=5 decimals=6"],
  [instruction(TOKEN, [A, B, C], 16, owner), "InitializeAccount2 account=A mint=B rent=C owner=D"],
  [instruction(TOKEN, [A], 17), "SyncNative account=A"],
  [instruction(TOKEN, [A, B], 18, owner), "InitializeAccount3 account=A mint=B owner=D"],
  [instruction(TOKEN, [A, B], 19, 1), "InitializeMultisig2 multisig=A m=1"],
  [
    instruction(TOKEN, [A], 20, 6, owner, 1, owner),
    "InitializeMint2 mint=A decimals=6 mintAuthority=D freezeAuthority=D",
  ],
  [instruction(TOKEN, [A], 21), "GetAccountDataSize mint=A extensions=0x"],
  [instruction(TOKEN, [A], 22), "InitializeImmutableOwner account=A"],
  [instruction(TOKEN, [A], 23, u64(5n)), "AmountToUiAmount mint=A amount=5"],
  [instruction(TOKEN, [A], 24, ...Buffer.from("1.5")), "UiAmountToAmount mint=A uiAmount=1.5"],
  [instruction(TOKEN, [A, B, C], 25, 0), "? (the program's instruction is not known)"],
  [instruction(TOKEN, [A, B, C], 255, 3, 9, 3, u64(5n)), "? (the program's instruction is not known)"],
  [instruction(TOKEN, [A, B, C]), "? (the program's instruction is not known)"],

  [
    transferChecked(B, C, 5n, TOKEN_2022),
    "TransferChecked source=source mint=C destination=B authority=wallet amount=5 decimals=6",
  ],
  [
    instruction(TOKEN_2022, [A, B, C, D], 26, 1, u64(5n), 6, u64(1n)),
    "TransferCheckedWithFee source=A mint=B destination=C authority=D amount=5 decimals=6 fee=1",
  ],
  [instruction(TOKEN_2022, [A, B], 26, 5), "SetTransferFee rest=0x"],
  [instruction(TOKEN_2022, [A, B], 26, 6), "? (the program's instruction is not known)"],
  [instruction(TOKEN_2022, [A, B], 26), "? (the program's instruction is not known)"],
  [instruction(TOKEN_2022, [A, B], 27, 7), "? (the program's instruction is not known)"],
  [instruction(TOKEN_2022, [A], 35, owner), expect.stringMatching(/^InitializePermanentDelegate rest=0x/) as string],
  [instruction(TOKEN_2022, [A, B], 255, 1), "? (the program's instruction is not known)"],

  [
    instruction(ASSOCIATED_TOKEN, [A, B, C, D, SYSTEM, TOKEN]),
    `Create payer=A account=B wallet=C mint=D systemProgram=${SYSTEM} tokenProgram=${TOKEN}`,
  ],
  [
    instruction(ASSOCIATED_TOKEN, [A, B, C, D, SYSTEM, TOKEN], 1),
    `CreateIdempotent payer=A account=B wallet=C mint=D systemProgram=${SYSTEM} tokenProgram=${TOKEN}`,
  ],
  [
    instruction(ASSOCIATED_TOKEN, [A, B, C, D, E, WALLET, TOKEN], 2),
    `RecoverNested nestedAccount=A nestedMint=B destination=C ownerAccount=D ownerMint=E wallet=wallet tokenProgram=${TOKEN}`,
  ],
  [instruction(ASSOCIATED_TOKEN, [A, B], 1), "CreateIdempotent (the instruction has no account `wallet`)"],
  [instruction(ASSOCIATED_TOKEN, [A, B], 3), "? (the program's instruction is not known)"],
  [instruction(COMPUTE_BUDGET, [], 1, u32(9)), "RequestHeapFrame bytes=9"],
  [instruction(COMPUTE_BUDGET, [], 2, u32(200_000)), "SetComputeUnitLimit units=200000"],
  [instruction(COMPUTE_BUDGET, [], 3, u64(7n)), "SetComputeUnitPrice microLamports=7"],
  [instruction(COMPUTE_BUDGET, [], 4, u32(7)), "SetLoadedAccountsDataSizeLimit bytes=7"],
  [instruction(COMPUTE_BUDGET, [], 5), "? (the program's instruction is not known)"],
  [instruction(COMPUTE_BUDGET, []), "? (the program's instruction is not known)"],
  [instruction(MEMO, [WALLET], ...Buffer.from("héllo")), "Memo memo=héllo"],
  [instruction(MEMO, [WALLET], 0xff), "Memo (a text is not UTF-8)"],
  [instruction(address(9), [WALLET], 1, 2), "?"],
];

describe("decodeInstruction", () => {
  it.each(cases.map(([plain, expected], i) => [i, String(expected).slice(0, 80), plain, expected] as const))(
    "%i reads %s",
    (_, __, plain, expected) => {
      expect(show(plain)).toEqual(expected);
    },
  );

  it("refuses every instruction with a byte less, where no text or rest ends it", () => {
    for (const [plain] of cases) {
      const before = decodeInstruction(resolve(plain));
      const open = [...(before.fields?.values() ?? [])].some(({ type }) => type === "text" || type === "bytes");
      if (before.fields === undefined || open || plain.data.length < 2) continue;
      const { fields } = decodeInstruction(resolve({ ...plain, data: plain.data.slice(0, -1) }));
      const isPadding = plain.data.length === 67 && plain.data[34] === 0;
      expect(fields === undefined, show(plain)).toBe(!isPadding);
    }
  });
});

/** The names that the makers of the vectors gave their instructions, and ours. */
const nameOfKind: { [kind: string]: string } = {
  transfer: "Transfer",
  transferMax: "Transfer",
  transferWithSeed: "TransferWithSeed",
  createAccount: "CreateAccount",
  assign: "Assign",
  advanceNonce: "AdvanceNonceAccount",
  withdrawNonce: "WithdrawNonceAccount",
  cuLimit: "SetComputeUnitLimit",
  cuPrice: "SetComputeUnitPrice",
  memo: "Memo",
  spl3: "Transfer",
  spl3multisig: "Transfer",
  spl12: "TransferChecked",
  approve: "Approve",
  setAuthority: "SetAuthority",
  close: "CloseAccount",
  t22fee: "TransferCheckedWithFee",
  splShort: "undecodable Transfer",
  spl3trailing: "undecodable Transfer",
  unknown: "unread program",
};

describe.skipIf(ownMessages.length === 0)("the instructions of the vectors", () => {
  it("have the names that their makers gave them, as in this table", () => {
    const rows: string[] = [];
    for (const { message_base64, kinds } of ownMessages) {
      const decoded = decodeMessage(Uint8Array.from(Buffer.from(message_base64, "base64")));
      if (!decoded.ok) throw new Error(decoded.message);
      const instructions = instructionsOf(decoded.value);
      expect(instructions).toHaveLength(kinds.length);
      for (const [index, one] of instructions.entries()) {
        const { program, name, fields } = decodeInstruction(one);
        const shown = program === undefined ? "unread program" : `${fields === undefined ? "undecodable " : ""}${name}`;
        expect(shown, kinds[index]).toBe(nameOfKind[kinds[index]!]);
        rows.push(
          `${kinds[index]!.padEnd(16)} ${(program ?? "").padEnd(14)} ${JSON.stringify(describeInstruction(one).fields ?? null)}`,
        );
      }
    }
    console.log([...new Map(rows.map((row) => [row.slice(0, 30), row])).values()].join("\n"));
    expect(rows).toHaveLength(182);
  });
});
