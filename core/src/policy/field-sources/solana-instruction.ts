import { encodeSolanaAddress } from "../../solana/address.ts";
import type { DecodedInstruction, KnownProgram } from "../../solana/instructions/layout.ts";
import { numberOperators, setOperators } from "../operator.ts";
import type { InstructionPart } from "../request.ts";
import { type FieldBinding, known, notKnown, type Observed, type Reading } from "./field-source.ts";

/** The methods whose requests are instructions. */
export const solanaTransactionMethods: readonly string[] = ["signTransaction", "signAndSendTransaction"];

/** The instruction that is being decided; undefined for everything else. */
export function instructionOf({ request }: Reading): InstructionPart | undefined {
  return "instruction" in request ? request : undefined;
}

export const notAnInstruction = notKnown("inapplicable", "the request is not an instruction");

const otherProgram = notKnown("inapplicable", "the instruction is for another program");
const otherInstruction = notKnown("inapplicable", "the program is asked for another instruction");
// It may do the same as one that a rule is about, as a batch of instructions in one does.
const unknownInstruction = notKnown("unreadable", "the program's instruction is not known");
const fromLookupTable = notKnown("unreadable", "the account is from a lookup table, so the message does not say it");
const noSuchField = notKnown("unreadable", "the instruction has no such value");

/** The name of the instruction, when it is for one of the programs and can be read. */
export function bindInstructionName(programs: readonly KnownProgram[], names: readonly string[]): FieldBinding {
  return {
    operators: setOperators,
    types: ["string"],
    // A misspelt name in a DENY rule would let everything through.
    refuseValue: (text) =>
      names.includes(text)
        ? undefined
        : `Condition value must be the name of an instruction: ${names.map((name) => `'${name}'`).join(" | ")}`,
    naming: ["eq", "in", "in_condition_set"],
    extract: (reading) =>
      observeDecoded(reading, programs, (decoded) =>
        decoded.fields === undefined ? unreadable(decoded) : known("string", decoded.name!),
      ),
  };
}

/** A field of one instruction of the programs. */
export function bindInstructionField(
  programs: readonly KnownProgram[],
  instructionName: string,
  field: string,
  type: "solanaAddress" | "uint",
): FieldBinding {
  return {
    operators: type === "uint" ? numberOperators : setOperators,
    types: [type],
    extract: (reading) =>
      observeDecoded(reading, programs, (decoded) => {
        if (decoded.name !== instructionName) return otherInstruction;
        return decoded.fields === undefined ? unreadable(decoded) : observeField(decoded, field, type);
      }),
  };
}

function observeDecoded(
  reading: Reading,
  programs: readonly KnownProgram[],
  observe: (decoded: DecodedInstruction) => Observed,
): Observed {
  const part = instructionOf(reading);
  if (part === undefined) return notAnInstruction;
  const { decoded } = part;
  if (decoded.program === undefined || !programs.includes(decoded.program)) return otherProgram;
  return decoded.name === undefined ? unknownInstruction : observe(decoded);
}

function observeField({ fields }: DecodedInstruction, field: string, type: "solanaAddress" | "uint"): Observed {
  const value = fields?.get(field);
  if (type === "uint") return value?.type === "integer" ? known("uint", value.value) : noSuchField;
  if (value?.type !== "address") return noSuchField;
  return value.address === undefined ? fromLookupTable : known("solanaAddress", encodeSolanaAddress(value.address));
}

function unreadable({ why }: DecodedInstruction): Observed {
  return notKnown("unreadable", why ?? "the instruction cannot be read");
}
