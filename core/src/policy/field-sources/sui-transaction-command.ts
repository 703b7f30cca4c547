import type { SuiCommand } from "../../sui/types.ts";
import { bindNamed, type FieldBinding, type FieldSource, known, notKnown, type Reading } from "./field-source.ts";

/** The command that the request stands for; undefined for a transaction of another chain. */
export function suiCommandOf({ request }: Reading): SuiCommand | undefined {
  return request.method === "signTransactionBytes" && request.chainType === "sui" ? request.command : undefined;
}

const COMMAND_NAMES: readonly SuiCommand["name"][] = [
  "TransferObjects",
  "SplitCoins",
  "MergeCoins",
  "MoveCall",
  "MakeMoveVec",
  "Publish",
  "Upgrade",
];

export const notASuiCommand = notKnown("inapplicable", "the request is not a Sui transaction");

const commandName: FieldBinding = {
  operators: ["eq", "in"],
  types: ["string"],
  // A misspelt name would make a DENY rule that never denies.
  refuseValue: (text) =>
    COMMAND_NAMES.some((name) => name === text)
      ? undefined
      : `Condition value for the 'commandName' field must be one of ${COMMAND_NAMES.join(", ")}`,
  extract: (reading) => {
    const command = suiCommandOf(reading);
    return command === undefined ? notASuiCommand : known("string", command.name);
  },
};

const bindings = new Map([["commandName", commandName]]);

/** Which command of a programmable transaction it is (03 §3.3, Sui). */
export const suiTransactionCommand: FieldSource = {
  source: "sui_transaction_command",
  chainTypes: ["sui"],
  methods: ["signTransactionBytes"],
  inAnyMethodRules: true,
  companion: undefined,
  bind: (field) => bindNamed("sui_transaction_command", bindings, field),
};
