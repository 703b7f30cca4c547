import { encodeHex0x } from "../../encoding/hex.ts";
import { transferAmount, transferRecipient } from "../../sui/transfer.ts";
import type { SuiCommand, SuiTransaction } from "../../sui/types.ts";
import { numberOperators, setOperators } from "../operator.ts";
import { bindNamed, type FieldBinding, type FieldSource, known, notKnown, type Reading } from "./field-source.ts";

type Transfer = { transaction: SuiTransaction; command: Extract<SuiCommand, { name: "TransferObjects" }> };

function transferOf({ request }: Reading): Transfer | undefined {
  if (request.method !== "signTransactionBytes" || request.chainType !== "sui") return undefined;
  const { transaction, command } = request;
  return command.name === "TransferObjects" ? { transaction, command } : undefined;
}

const otherCommand = notKnown("inapplicable", "the command is not TransferObjects");
const recipientUnknown = notKnown("unreadable", "the recipient is computed when the transaction runs");
const amountUnknown = notKnown(
  "unreadable",
  "the objects are not only coins that the transaction splits off the gas coin for this transfer",
);

const recipient: FieldBinding = {
  operators: setOperators,
  types: ["suiAddress"],
  extract: (reading) => {
    const transfer = transferOf(reading);
    if (transfer === undefined) return otherCommand;
    const address = transferRecipient(transfer.transaction, transfer.command);
    return address === undefined ? recipientUnknown : known("suiAddress", encodeHex0x(address));
  },
};

const amount: FieldBinding = {
  operators: numberOperators,
  types: ["uint"],
  extract: (reading) => {
    const transfer = transferOf(reading);
    if (transfer === undefined) return otherCommand;
    const sum = transferAmount(transfer.transaction, transfer.command);
    return sum === undefined ? amountUnknown : known("uint", sum);
  },
};

const bindings = new Map([
  ["recipient", recipient],
  ["amount", amount],
]);

/** Whom a TransferObjects command gives its objects, and how much MIST they are (03 §3.3, Sui). */
export const suiTransferObjectsCommand: FieldSource = {
  source: "sui_transfer_objects_command",
  chainTypes: ["sui"],
  methods: ["signTransactionBytes"],
  inAnyMethodRules: true,
  companion: undefined,
  bind: (field) => bindNamed("sui_transfer_objects_command", bindings, field),
};
