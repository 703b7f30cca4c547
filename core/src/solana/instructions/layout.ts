import { decodeUtf8 } from "../../encoding/utf8.ts";
import {
  type ByteReader,
  hasMore,
  MalformedBytes,
  readFrom,
  takeByte,
  takeBytes,
  takeInteger,
} from "../byte-reader.ts";
import type { SolanaInstruction } from "../types.ts";

/**
 * How a field is spelled in an instruction's data, least significant byte first.
 * - `optionalAddress`: 0, or 1 and the address; older clients write 32 zero bytes behind the 0
 * - `seed`: its length in 8 bytes, then UTF-8 (bincode)
 * - `text`: UTF-8 to the end
 * - `bytes`: whatever comes to the end
 */
type FieldType = "u8" | "u32" | "u64" | "address" | "optionalAddress" | "seed" | "text" | "bytes";

/** One instruction of a program: the accounts it begins with, further ones may follow, and its data behind the tag. */
export type InstructionLayout = {
  readonly name: string;
  readonly accounts: readonly string[];
  readonly data: readonly (readonly [field: string, type: FieldType])[];
};

/**
 * A decoded field. The `address` of an account from a lookup table is undefined, as the message does not say it; a
 * `none` is an optional address that is plainly not there.
 */
export type FieldValue =
  | { readonly type: "address"; readonly address: Uint8Array | undefined }
  | { readonly type: "integer"; readonly value: bigint }
  | { readonly type: "text"; readonly value: string }
  | { readonly type: "bytes"; readonly value: Uint8Array }
  | { readonly type: "none" };

/** The programs whose instructions are read. */
export type KnownProgram = "system" | "token" | "token-2022" | "associated-token" | "compute-budget" | "memo";

/**
 * What an instruction says.
 * - `program` is undefined for a program that is not read; `name` and `fields` then are too.
 * - `name` is undefined where the program has no instruction with that tag that we know.
 * - `fields` is undefined where accounts are missing or the data is not exactly what the layout says, which `why` tells.
 */
export type DecodedInstruction = {
  readonly program: KnownProgram | undefined;
  readonly name: string | undefined;
  readonly fields: ReadonlyMap<string, FieldValue> | undefined;
  readonly why: string | undefined;
};

export function layout(name: string, accounts: string, data: InstructionLayout["data"] = []): InstructionLayout {
  return { name, accounts: accounts === "" ? [] : accounts.split(" "), data };
}

export function unknownInstruction(program: KnownProgram): DecodedInstruction {
  return { program, name: undefined, fields: undefined, why: "the program's instruction is not known" };
}

/** Reads accounts and data behind the tag. Strict: a byte too few or too many, or an account too few, and no field is. */
export function decodeLayout(
  program: KnownProgram,
  { name, accounts, data }: InstructionLayout,
  instruction: SolanaInstruction,
  tagBytes: number,
): DecodedInstruction {
  const fields = new Map<string, FieldValue>();
  for (const [index, field] of accounts.entries()) {
    const account = instruction.accounts[index];
    if (account === undefined) {
      return { program, name, fields: undefined, why: `the instruction has no account \`${field}\`` };
    }
    fields.set(field, { type: "address", address: account.address });
  }
  try {
    const reader = readFrom(instruction.data.subarray(tagBytes));
    for (const [field, type] of data) fields.set(field, takeField(reader, type));
    if (hasMore(reader)) throw new MalformedBytes("there are bytes after the end of the instruction's data");
    return { program, name, fields, why: undefined };
  } catch (error) {
    if (error instanceof MalformedBytes) return { program, name, fields: undefined, why: error.message };
    throw error;
  }
}

function takeField(reader: ByteReader, type: FieldType): FieldValue {
  switch (type) {
    case "u8":
      return { type: "integer", value: BigInt(takeByte(reader)) };
    case "u32":
      return { type: "integer", value: takeInteger(reader, 4) };
    case "u64":
      return { type: "integer", value: takeInteger(reader, 8) };
    case "address":
      return { type: "address", address: takeBytes(reader, 32) };
    case "optionalAddress":
      return takeOptionalAddress(reader);
    case "seed": {
      const length = takeInteger(reader, 8);
      if (length > 0xffffn) throw new MalformedBytes("the seed is longer than the data");
      return textOf(takeBytes(reader, Number(length)));
    }
    case "text":
      return textOf(takeRest(reader));
    case "bytes":
      return { type: "bytes", value: takeRest(reader) };
  }
}

function takeOptionalAddress(reader: ByteReader): FieldValue {
  const flag = takeByte(reader);
  if (flag === 1) return { type: "address", address: takeBytes(reader, 32) };
  if (flag !== 0) throw new MalformedBytes("an optional address begins with neither 0 nor 1");
  if (takeRest(reader).some((byte, index) => byte !== 0 || index >= 32)) {
    throw new MalformedBytes("there are bytes behind an optional address that is not there");
  }
  return { type: "none" };
}

function takeRest(reader: ByteReader): Uint8Array {
  return takeBytes(reader, reader.bytes.length - reader.at);
}

function textOf(bytes: Uint8Array): FieldValue {
  const value = decodeUtf8(bytes);
  if (value === undefined) throw new MalformedBytes("a text is not UTF-8");
  return { type: "text", value };
}
