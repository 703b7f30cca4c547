import { encodeHex0x } from "../../encoding/hex.ts";
import { numberOperators, setOperators } from "../operator.ts";
import { bindNamed, type FieldSource, known, notKnown, type Observed, type Reading } from "./field-source.ts";

/** The methods whose requests are a call from the wallet to an address. */
export const ethereumCallMethods: readonly string[] = [
  "eth_signTransaction",
  "eth_sendTransaction",
  "eth_signUserOperation",
  "wallet_sendCalls",
];

/** What the wallet asks a contract or address for: by a transaction, or by one call of a batch. */
type Called = { to: Uint8Array | undefined; value: bigint; data: Uint8Array };

/** The transaction, or the one call of several, that is being decided; undefined where there is none to be read. */
export function callOf({ request }: Reading): Called | undefined {
  if ("call" in request) return request.call;
  return request.method === "eth_signTransaction" || request.method === "eth_sendTransaction"
    ? request.transaction
    : undefined;
}

export const notACall: Observed = notKnown("unreadable", "the request holds no call that can be read");

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
      extract: readChainId,
    },
  ],
]);

function readFrom(read: (called: Called) => Observed): (reading: Reading) => Observed {
  return (reading) => {
    const called = callOf(reading);
    return called === undefined ? notACall : read(called);
  };
}

/** A batch whose calls cannot be read is still for one chain. */
function readChainId({ request }: Reading): Observed {
  const holder =
    "call" in request
      ? request
      : request.method === "eth_signTransaction" || request.method === "eth_sendTransaction"
        ? request.transaction
        : undefined;
  if (holder === undefined) return notACall;
  return holder.chainId === undefined ? noChainId : known("uint", holder.chainId);
}

/** `to`, `value` (wei) and `chain_id` of the transaction, or of the call of a batch (03 §3.3, Ethereum). */
export const ethereumTransaction: FieldSource = {
  source: "ethereum_transaction",
  chainTypes: ["ethereum"],
  methods: ethereumCallMethods,
  inAnyMethodRules: true,
  companion: undefined,
  bind: (field) => bindNamed("ethereum_transaction", bindings, field),
};
