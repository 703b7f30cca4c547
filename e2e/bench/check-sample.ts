import type { JsonObject } from "@mandate/core/encoding/json-value";
import {
  type Hex,
  recoverMessageAddress,
  recoverTransactionAddress,
  recoverTypedDataAddress,
  type TransactionSerializedEIP1559,
  type TypedDataDefinition,
} from "viem";
import { makeBody, type WorkloadName } from "./workload.ts";

/** Whether the answer to the request number `at` holds a signature of the wallet; viem is the judge. */
export async function isSignedBy(
  address: string,
  workload: WorkloadName,
  at: number,
  answer: string,
): Promise<boolean> {
  const data = (JSON.parse(answer) as { data: { [member: string]: Hex } }).data;
  const params = makeBody(workload, at).params as JsonObject;
  const signer = await recover(workload, params, data);
  return signer.toLowerCase() === address.toLowerCase();
}

function recover(workload: WorkloadName, params: JsonObject, data: { [member: string]: Hex }): Promise<string> {
  switch (workload) {
    case "transaction":
      return recoverTransactionAddress({
        serializedTransaction: data.signed_transaction as TransactionSerializedEIP1559,
      });
    case "message":
      return recoverMessageAddress({ message: String(params.message), signature: data.signature! });
    case "typed data": {
      const { primary_type: primaryType, ...rest } = params.typed_data as JsonObject;
      const definition = { ...rest, primaryType } as unknown as TypedDataDefinition;
      return recoverTypedDataAddress({ ...definition, signature: data.signature! });
    }
  }
}
