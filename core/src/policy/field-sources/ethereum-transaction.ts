import { encodeHex0x } from "../../encoding/hex.ts";
import type { EthereumTransaction } from "../../ethereum/types.ts";
import { numberOperators, setOperators } from "../operator.ts";
import { bindNamed, type FieldSource, known, notKnown, type Observed, type Reading } from "./field-source.ts";

/** The methods whose requests are a call from the wallet to an address. */
export const ethereumCallMethods: readonly string[] = [
  "eth_signTransaction",
  "eth_sendTransaction",
  "eth_signUserOperation",
  "wallet_sendCalls",
];

/** The transaction that the request signs; undefined for the call methods whose requests we do not decode. */
export function transactionOf(reading: Reading): EthereumTransaction | undefined {
  const { request } = reading;
  return request.method === "eth_signTransaction" || request.method === "eth_sendTransaction"
    ? request.transaction
    : undefined;
}

export const notATransaction: Observed = notKnown("unreadable", "the request holds no transaction that can be read");

const noRecipient = notKnown("absent", "the transaction creates a contract and has no recipient");
const noChainId = notKnown("unreadable", "the transaction names no chain and is valid on every one");

const bindings = new Map([
  [
    "to",
    {
      operators: setOperators,
      types: ["address" as const],
      extract: readFrom(({ to }) => (to === undefined ? noRecipient : known("address", encodeHex0x(to)))),
    },
  ],
  [
    "value",
    {
      operators: numberOperators,
      types: ["uint" as const],
      extract: readFrom(({ value }) => known("uint", value)),
    },
  ],
  [
    "chain_id",
    {
      operators: numberOperators,
      types: ["uint" as const],
      extract: readFrom(({ chainId }) => (chainId === undefined ? noChainId : known("uint", chainId))),
    },
  ],
]);

function readFrom(read: (transaction: EthereumTransaction) => Observed): (reading: Reading) => Observed {
  return (reading) => {
    const transaction = transactionOf(reading);
    return transaction === undefined ? notATransaction : read(transaction);
  };
}

/** `to`, `value` (wei) and `chain_id` of the transaction that is signed (03 §3.3, Ethereum). */
export const ethereumTransaction: FieldSource = {
  source: "ethereum_transaction",
  chainTypes: ["ethereum"],
  methods: ethereumCallMethods,
  inAnyMethodRules: true,
  companion: undefined,
  bind: (field) => bindNamed("ethereum_transaction", bindings, field),
};
