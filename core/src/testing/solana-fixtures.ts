/** Solana messages, requests and rules that the tests of core share. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { encodeHex } from "../encoding/hex.ts";
import { compilePolicy, type Decision, evaluatePolicy } from "../policy/evaluate.ts";
import type { Condition, RuleInput } from "../policy/policy.ts";
import type { Facts, PolicyRequest } from "../policy/request.ts";
import { encodeSolanaAddress, parseSolanaAddress } from "../solana/address.ts";
import { encodeMessage } from "../solana/message.ts";
import { encodeTransaction } from "../solana/transaction.ts";
import type { AddressTableLookup, SolanaMessage, SolanaTransaction } from "../solana/types.ts";
import { condition, factsNow } from "./policy-fixtures.ts";
import { vectorsPath } from "./vectors.ts";

export const SYSTEM = "11111111111111111111111111111111";
export const TOKEN = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA";
export const TOKEN_2022 = "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb";
export const ASSOCIATED_TOKEN = "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL";
export const COMPUTE_BUDGET = "ComputeBudget111111111111111111111111111111";
export const MEMO = "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr";

/** An address that is easy to tell from the others. */
export function address(n: number): string {
  return encodeSolanaAddress(new Uint8Array(32).fill(n));
}

export function addressBytes(text: string): Uint8Array {
  const parsed = parseSolanaAddress(text);
  if (parsed === undefined) throw new Error(`not an address: ${text}`);
  return parsed;
}

export const WALLET = address(200);

/** `lookup(n)` in place of an address stands for the n-th account of the lookup table. */
export type PlainInstruction = { program: string; accounts: (string | { lookup: number })[]; data: Uint8Array };

export const lookup = (n: number): { lookup: number } => ({ lookup: n });

/** A message with the wallet as fee payer and only signer. */
export function buildMessage(
  instructions: readonly PlainInstruction[],
  {
    version = 0,
    payer = WALLET,
    lookups,
  }: { version?: "legacy" | 0; payer?: string; lookups?: AddressTableLookup[] } = {},
): SolanaMessage {
  const named = instructions.flatMap(({ program, accounts }) => [
    program,
    ...accounts.filter((account) => typeof account === "string"),
  ]);
  const keys = [...new Set([payer, ...named])];
  const loads = instructions.flatMap(({ accounts }) => accounts).some((account) => typeof account !== "string");
  const table = { tableAddress: new Uint8Array(32).fill(99), writableIndexes: [7], readonlyIndexes: [1, 2] };
  return {
    version,
    requiredSignatures: 1,
    readonlySigned: 0,
    readonlyUnsigned: 0,
    accountKeys: keys.map(addressBytes),
    recentBlockhash: new Uint8Array(32).fill(5),
    instructions: instructions.map(({ program, accounts, data }) => ({
      programIdIndex: keys.indexOf(program),
      accountIndexes: accounts.map((one) => (typeof one === "string" ? keys.indexOf(one) : keys.length + one.lookup)),
      data,
    })),
    addressTableLookups: lookups ?? (loads ? [table] : []),
  };
}

export function buildTransaction(message: SolanaMessage): SolanaTransaction {
  const signatures = Array.from({ length: message.requiredSignatures }, () => new Uint8Array(64));
  return { signatures, message };
}

export function signTransactionOf(...instructions: PlainInstruction[]): PolicyRequest {
  return { method: "signTransaction", transaction: buildTransaction(buildMessage(instructions)), signerIndex: 0 };
}

export const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
export const messageBase64 = (message: SolanaMessage): string => base64(encodeMessage(message));
export const transactionBase64 = (transaction: SolanaTransaction): string => base64(encodeTransaction(transaction));

export const u32 = (value: number): number[] => integer(BigInt(value), 4);
export const u64 = (value: bigint): number[] => integer(value, 8);

function integer(value: bigint, length: number): number[] {
  return Array.from({ length }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
}

export const seed = (text: string): number[] => [...u64(BigInt(text.length)), ...Buffer.from(text)];

export function instruction(
  program: string,
  accounts: PlainInstruction["accounts"],
  ...data: (number | readonly number[] | Uint8Array)[]
): PlainInstruction {
  return {
    program,
    accounts,
    data: Uint8Array.from(data.flatMap((one) => (typeof one === "number" ? [one] : [...one]))),
  };
}

export const transfer = (to: PlainInstruction["accounts"][number], lamports: bigint): PlainInstruction =>
  instruction(SYSTEM, [WALLET, to], u32(2), u64(lamports));

export const transferChecked = (
  to: PlainInstruction["accounts"][number],
  mint: string,
  amount: bigint,
  program = TOKEN,
): PlainInstruction => instruction(program, [address(201), mint, to, WALLET], 12, u64(amount), 6);

export const onProgram = (operator: string, value: string | string[]): Condition =>
  condition("solana_program_instruction", "programId", operator, value);
export const onSystem = (field: string, operator: string, value: string | string[]): Condition =>
  condition("solana_system_program_instruction", field, operator, value);
export const onToken = (field: string, operator: string, value: string | string[]): Condition =>
  condition("solana_token_program_instruction", field, operator, value);

export function decideSolana(rules: readonly RuleInput[], request: PolicyRequest, facts: Facts = factsNow): Decision {
  const withIds = rules.map((rule, index) => ({ ...rule, id: `rule${index}` }));
  return evaluatePolicy(compilePolicy({ id: "policy", chain_type: "solana", rules: withIds }), request, facts);
}

/** A message of the vectors that we made: what it is made of and what a policy has to see in it. */
export type OwnMessage = {
  form: "legacy" | "v0" | "v0-alt";
  kinds: string[];
  owner_seed: string;
  owner: string;
  fee_payer: string;
  message_base64: string;
  uses_lookup_tables: boolean;
  instructions: { program: string; accounts: string[]; data_base58: string }[];
  owner_signature: string;
};

const folder = vectorsPath("solana");

export const ownMessages: OwnMessage[] = readVectors("own-messages.json", []);
export const ledgerMessages: { [name: string]: string } = readVectors("ledger-messages.json", {});

function readVectors<T>(file: string, absent: T): T {
  return folder === undefined ? absent : JSON.parse(readFileSync(join(folder, file), "utf8"));
}

/** The bytes of every message of the vectors. */
export const vectorMessages: Uint8Array[] = [
  ...ownMessages.map(({ message_base64 }) => message_base64),
  ...Object.values(ledgerMessages),
].map((text) => Uint8Array.from(Buffer.from(text, "base64")));

export const hex = encodeHex;
