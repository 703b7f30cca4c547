import { encodeXrplAddress } from "../../xrpl/address.ts";
import { currencyCode } from "../../xrpl/amount.ts";
import { xrplTransactionTypes } from "../../xrpl/transaction-types.ts";
import type { XrplAmount, XrplTransaction } from "../../xrpl/types.ts";
import { scaleDecimal } from "../decimal.ts";
import { numberOperators, setOperators } from "../operator.ts";
import type { ValueType } from "../value.ts";
import { bindNamed, type FieldBinding, type FieldSource, known, notKnown, type Observed } from "./field-source.ts";

const notATransaction = notKnown("unreadable", "the request holds no transaction that can be read");
const otherType = notKnown("inapplicable", "the transaction is of another type");
const absent = notKnown("absent", "the transaction does not have this field");
const nativeAmount = notKnown("inapplicable", "the amount is in XRP");
const issuedAmount = notKnown("inapplicable", "the amount is not in XRP");
const tokenAmount = notKnown("unreadable", "the amount is of a multi-purpose token, which no field can name");
const spendsOther = notKnown(
  "unreadable",
  "the payment has a SendMax in another asset, or paths: what it spends is bounded by SendMax, not by Amount",
);

/** Numbers of fields inside their type (XRPL, "Serialization Format", `definitions.json`). */
const EXPIRATION = 10;
const DESTINATION_TAG = 14;
const QUALITY_IN = 20;
const QUALITY_OUT = 21;
const AMOUNT = 1;
const LIMIT_AMOUNT = 3;
const TAKER_PAYS = 4;
const TAKER_GETS = 5;
const SEND_MAX = 9;
const DELIVER_MIN = 10;
const DESTINATION = 3;

type Read = (transaction: XrplTransaction) => Observed;

function bindingOf(type: ValueType, read: Read): FieldBinding {
  return {
    operators: type === "uint" || type === "decimal" ? numberOperators : setOperators,
    types: [type],
    extract: ({ request }) => (request.method === "xrpl_signTransaction" ? read(request.transaction) : notATransaction),
  };
}

const ofType =
  (type: string, read: Read): Read =>
  (transaction) =>
    transaction.type === type ? read(transaction) : otherType;

const readUint32 =
  (number: number): Read =>
  ({ uint32s }) => {
    const value = uint32s.get(number);
    return value === undefined ? absent : known("uint", BigInt(value));
  };

const readDestination: Read = ({ accounts }) => {
  const account = accounts.get(DESTINATION);
  return account === undefined ? absent : known("xrplAddress", encodeXrplAddress(account));
};

/** `drops`, for transaction types that have it, then `value`, `currency` and `issuer` of the amount with this number. */
function amountFields(type: string, name: string, number: number, hasDrops = true): [string, FieldBinding][] {
  const parts: [string, ValueType, (amount: XrplAmount) => Observed][] = [
    ["drops", "uint", (amount) => (amount.kind === "drops" ? known("uint", amount.drops) : notOf(amount))],
    ["value", "decimal", readValue],
    [
      "currency",
      "xrplCurrency",
      (amount) => (amount.kind === "issued" ? known("xrplCurrency", currencyCode(amount.currency)) : notOf(amount)),
    ],
    [
      "issuer",
      "xrplAddress",
      (amount) => (amount.kind === "issued" ? known("xrplAddress", encodeXrplAddress(amount.issuer)) : notOf(amount)),
    ],
  ];
  return (hasDrops ? parts : parts.slice(1)).map(([part, valueType, read]) => [
    `${type}.${name}.${part}`,
    bindingOf(
      valueType,
      ofType(type, (transaction) => {
        const amount = transaction.amounts.get(number);
        if (amount === undefined) return absent;
        return number === AMOUNT && spendsOtherThanAmount(transaction) ? spendsOther : read(amount);
      }),
    ),
  ]);
}

function notOf(amount: XrplAmount): Observed {
  switch (amount.kind) {
    case "drops":
      return nativeAmount;
    case "issued":
      return issuedAmount;
    case "mpt":
      return tokenAmount;
  }
}

function readValue(amount: XrplAmount): Observed {
  // The ledger's smallest exponent is that of `decimal`, so every value is a whole multiple.
  return amount.kind === "issued" ? known("decimal", scaleDecimal(amount.mantissa, amount.exponent)!) : notOf(amount);
}

/**
 * Whether a payment may cost the wallet something else than what `Amount` says. A cap on `Amount` must then not look as if
 * it held: the rule has to cap `SendMax`.
 */
function spendsOtherThanAmount({ amounts, hasPaths }: XrplTransaction): boolean {
  const sendMax = amounts.get(SEND_MAX);
  if (sendMax === undefined) return hasPaths;
  return hasPaths || assetOf(sendMax) !== assetOf(amounts.get(AMOUNT)!);
}

function assetOf(amount: XrplAmount): string {
  if (amount.kind !== "issued") return amount.kind;
  return `${currencyCode(amount.currency)}.${encodeXrplAddress(amount.issuer)}`;
}

const knownTypes: ReadonlySet<string> = new Set(xrplTransactionTypes.values());

const bindings = new Map<string, FieldBinding>([
  [
    "TransactionType",
    {
      ...bindingOf("string", ({ type }) => known("string", type)),
      // A misspelt type would make a DENY rule that never denies.
      refuseValue: (text) =>
        knownTypes.has(text) ? undefined : "Condition value for the 'TransactionType' field must be a transaction type",
    },
  ],
  ["Payment.Destination", bindingOf("xrplAddress", ofType("Payment", readDestination))],
  ["Payment.DestinationTag", bindingOf("uint", ofType("Payment", readUint32(DESTINATION_TAG)))],
  ...amountFields("Payment", "Amount", AMOUNT),
  ...amountFields("Payment", "SendMax", SEND_MAX),
  ...amountFields("Payment", "DeliverMin", DELIVER_MIN),
  ...amountFields("OfferCreate", "TakerPays", TAKER_PAYS),
  ...amountFields("OfferCreate", "TakerGets", TAKER_GETS),
  ["OfferCreate.Expiration", bindingOf("uint", ofType("OfferCreate", readUint32(EXPIRATION)))],
  ...amountFields("TrustSet", "LimitAmount", LIMIT_AMOUNT, false),
  ["TrustSet.QualityIn", bindingOf("uint", ofType("TrustSet", readUint32(QUALITY_IN)))],
  ["TrustSet.QualityOut", bindingOf("uint", ofType("TrustSet", readUint32(QUALITY_OUT)))],
]);

/**
 * Fields of an XRP Ledger transaction (03 §3.3, XRPL). `drops` is there for amounts in XRP only; `value`, a decimal, with
 * `currency` and `issuer` for issued ones only.
 */
export const xrplTransaction: FieldSource = {
  source: "xrpl_transaction",
  chainTypes: ["xrpl"],
  methods: ["xrpl_signTransaction"],
  inAnyMethodRules: true,
  companion: undefined,
  bind: (field) => bindNamed("xrpl_transaction", bindings, field),
};
