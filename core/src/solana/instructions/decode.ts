import { equalBytes } from "../../crypto/equal-bytes.ts";
import { encodeHex0x } from "../../encoding/hex.ts";
import type { JsonObject } from "../../encoding/json-value.ts";
import { encodeSolanaAddress, parseSolanaAddress } from "../address.ts";
import type { SolanaInstruction } from "../types.ts";
import { decodeAssociatedTokenInstruction } from "./associated-token.ts";
import { decodeComputeBudgetInstruction } from "./compute-budget.ts";
import type { DecodedInstruction, FieldValue } from "./layout.ts";
import { decodeMemoInstruction } from "./memo.ts";
import { decodeSystemInstruction } from "./system.ts";
import { decodeTokenInstruction } from "./token.ts";

export type { DecodedInstruction, FieldValue };

type Decode = (instruction: SolanaInstruction) => DecodedInstruction;

const programs: readonly [programId: Uint8Array, decode: Decode][] = [
  program("11111111111111111111111111111111", decodeSystemInstruction),
  program("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA", (one) => decodeTokenInstruction(one, "token")),
  program("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb", (one) => decodeTokenInstruction(one, "token-2022")),
  program("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL", decodeAssociatedTokenInstruction),
  program("ComputeBudget111111111111111111111111111111", decodeComputeBudgetInstruction),
  program("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr", decodeMemoInstruction),
  program("Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo", decodeMemoInstruction),
];

function program(programId: string, decode: Decode): [Uint8Array, Decode] {
  const parsed = parseSolanaAddress(programId);
  if (parsed === undefined) throw new TypeError(`not a program id: ${programId}`);
  return [parsed, decode];
}

/** What an instruction says, where its program is one that is read here. Never throws. */
export function decodeInstruction(instruction: SolanaInstruction): DecodedInstruction {
  const { programId } = instruction;
  const found = programs.find(([id]) => id[0] === programId[0] && equalBytes(id, programId));
  return found?.[1](instruction) ?? { program: undefined, name: undefined, fields: undefined, why: undefined };
}

/** An instruction for people and receipts: its program and, as far as they can be read, its name and fields. */
export function describeInstruction(instruction: SolanaInstruction): JsonObject {
  const { name, fields, why } = decodeInstruction(instruction);
  const described: JsonObject = { program_id: encodeSolanaAddress(instruction.programId) };
  if (name !== undefined) described.name = name;
  if (fields !== undefined) {
    described.fields = Object.fromEntries([...fields].map(([field, value]) => [field, describeField(value)]));
  } else {
    described.data = encodeHex0x(instruction.data);
  }
  if (why !== undefined) described.why = why;
  return described;
}

function describeField(field: FieldValue): string | null {
  switch (field.type) {
    case "address":
      return field.address === undefined ? "from a lookup table" : encodeSolanaAddress(field.address);
    case "integer":
      return String(field.value);
    case "text":
      return field.value;
    case "bytes":
      return encodeHex0x(field.value);
    case "none":
      return null;
  }
}
