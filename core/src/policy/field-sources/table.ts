import { ethereum7702Authorization } from "./ethereum-7702-authorization.ts";
import { ethereumCalldata } from "./ethereum-calldata.ts";
import { ethereumTransaction } from "./ethereum-transaction.ts";
import { ethereumTypedDataDomain } from "./ethereum-typed-data-domain.ts";
import { ethereumTypedDataMessage } from "./ethereum-typed-data-message.ts";
import type { FieldSource } from "./field-source.ts";
import { message } from "./message.ts";
import { reference } from "./reference.ts";
import { solanaProgramInstruction } from "./solana-program-instruction.ts";
import { solanaSystemProgramInstruction } from "./solana-system-program-instruction.ts";
import { solanaTokenProgramInstruction } from "./solana-token-program-instruction.ts";
import { suiTransactionCommand } from "./sui-transaction-command.ts";
import { suiTransferObjectsCommand } from "./sui-transfer-objects-command.ts";
import { system } from "./system.ts";
import { tronTransaction } from "./tron-transaction.ts";
import { tronTriggerSmartContractData } from "./tron-trigger-smart-contract-data.ts";
import { xrplTransaction } from "./xrpl-transaction.ts";

/** Every field source. A new one is a file beside these and a line here. */
const fieldSources: readonly FieldSource[] = [
  ethereumTransaction,
  ethereumCalldata,
  ethereumTypedDataDomain,
  ethereumTypedDataMessage,
  ethereum7702Authorization,
  tronTransaction,
  tronTriggerSmartContractData,
  suiTransactionCommand,
  suiTransferObjectsCommand,
  xrplTransaction,
  solanaProgramInstruction,
  solanaSystemProgramInstruction,
  solanaTokenProgramInstruction,
  message,
  system,
  reference,
];

/** The sources that a policy of the chain type may name. */
export function fieldSourcesOf(chainType: string): readonly FieldSource[] {
  return fieldSources.filter(({ chainTypes }) => chainTypes === "any" || chainTypes.includes(chainType));
}
