import { ethereum7702Authorization } from "./ethereum-7702-authorization.ts";
import { ethereumCalldata } from "./ethereum-calldata.ts";
import { ethereumTransaction } from "./ethereum-transaction.ts";
import { ethereumTypedDataDomain } from "./ethereum-typed-data-domain.ts";
import { ethereumTypedDataMessage } from "./ethereum-typed-data-message.ts";
import type { FieldSource } from "./field-source.ts";
import { message } from "./message.ts";
import { reference } from "./reference.ts";
import { system } from "./system.ts";

/** Every field source. A new one is a file beside these and a line here. */
const fieldSources: readonly FieldSource[] = [
  ethereumTransaction,
  ethereumCalldata,
  ethereumTypedDataDomain,
  ethereumTypedDataMessage,
  ethereum7702Authorization,
  message,
  system,
  reference,
];

/** The sources that a policy of the chain type may name. */
export function fieldSourcesOf(chainType: string): readonly FieldSource[] {
  return fieldSources.filter(({ chainTypes }) => chainTypes === "any" || chainTypes.includes(chainType));
}
