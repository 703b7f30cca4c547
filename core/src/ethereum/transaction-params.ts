import { decodeHex0x } from "../encoding/hex.ts";
import type { JsonObject, JsonValue } from "../encoding/json-value.ts";
import { parseEthereumAddress } from "./address.ts";
import { findUnknownMember, isJsonObject, memberOf, type Parsed, refuse, unknownMemberMessage } from "./parsed.ts";
import { HEX_CHARACTERS_MAX } from "./personal-message.ts";
import { parseChainReference, parseQuantity, UINT64_MAX } from "./quantity.ts";
import type { EthereumTransaction, SignedAuthorization } from "./types.ts";

/** What the API looked up on the chain for members that the caller left out. Never replaces what the caller gave. */
export type TransactionFill = {
  nonce?: bigint;
  gasLimit?: bigint;
  gasPrice?: bigint;
  maxFeePerGas?: bigint;
  maxPriorityFeePerGas?: bigint;
};

export type TransactionContext = {
  method: "eth_signTransaction" | "eth_sendTransaction";
  /** The request's `caip2`; required by eth_sendTransaction. */
  caip2?: string | undefined;
  /** 20 bytes. */
  walletAddress: Uint8Array;
  fill?: TransactionFill | undefined;
  /** Also accept quantities as decimal strings; the wire does not. */
  decimalStrings?: boolean | undefined;
};

/** Members of the wire that are filled from the chain when a sending request lacks them. */
export type FillableMember = "nonce" | "gas_limit" | "gas_price" | "max_fee_per_gas" | "max_priority_fee_per_gas";

export type ParsedTransaction =
  | { ok: true; transaction: EthereumTransaction; filled: FillableMember[] }
  | { ok: false; code: "invalid_data" | "not_supported"; message: string; missing?: FillableMember[] };

const MEMBERS = new Set([
  "from",
  "to",
  "chain_id",
  "nonce",
  "data",
  "value",
  "type",
  "gas_limit",
  "gas_price",
  "max_fee_per_gas",
  "max_priority_fee_per_gas",
  "authorization_list",
]);
const AUTHORIZATION_MEMBERS = new Set(["contract", "chain_id", "nonce", "r", "s", "y_parity"]);
const AUTHORIZATIONS_MAX = 10;
const TEMPO_TYPE = 118;

/**
 * The transaction of `eth_signTransaction` and `eth_sendTransaction`, from the wire's snake_case members (spec 04 §4.1).
 *
 * For signing, what is missing is zero; for sending it comes from `fill`, and what neither has is listed in `missing`.
 * The chain never comes from `fill`: it is `chain_id` or the signed `caip2`.
 */
export function parseTransactionParams(value: JsonValue | undefined, context: TransactionContext): ParsedTransaction {
  try {
    return readTransaction(value, context);
  } catch (error) {
    if (error instanceof InvalidMember) return { ok: false, code: "invalid_data", message: error.message };
    throw error;
  }
}

function readTransaction(value: JsonValue | undefined, context: TransactionContext): ParsedTransaction {
  if (!isJsonObject(value)) throw new InvalidMember("`transaction` must be an object");
  if (memberOf(value, "type") === TEMPO_TYPE) {
    return { ok: false, code: "not_supported", message: "transactions of type 118 are not supported" };
  }
  const unknown = findUnknownMember(value, MEMBERS);
  if (unknown !== undefined) throw new InvalidMember(unknownMemberMessage(unknown));
  const read = (name: string, max?: bigint) => readQuantity(value, name, context, max);
  const given = {
    // EIP-2681: a nonce of 2^64 - 1 can never be used.
    nonce: read("nonce", UINT64_MAX - 1n),
    gas_limit: read("gas_limit", UINT64_MAX),
    gas_price: read("gas_price"),
    max_fee_per_gas: read("max_fee_per_gas"),
    max_priority_fee_per_gas: read("max_priority_fee_per_gas"),
  };
  checkSender(value, context.walletAddress);
  const type = readType(value, context.fill);
  const rest = {
    chainId: readChainId(value, context),
    to: readAddress(value, "to"),
    value: read("value") ?? 0n,
    data: readData(value),
    authorizationList: readAuthorizationList(value, type, context),
  };
  const resolved = resolveMembers(given, type, context);
  const transaction = buildTransaction(type, resolved.values, rest);
  if (resolved.missing.length > 0) {
    const names = resolved.missing.map((name) => `\`${name}\``).join(", ");
    return { ok: false, code: "invalid_data", message: `\`transaction\` lacks ${names}`, missing: resolved.missing };
  }
  return { ok: true, transaction, filled: resolved.filled };
}

/**
 * Which members a sending request lacks, so that the API knows what to ask the chain for. Says nothing about validity:
 * an ill-formed transaction lacks nothing.
 */
export function missingForSend(transaction: JsonValue | undefined): FillableMember[] {
  if (!isJsonObject(transaction)) return [];
  const parsed = parseType(transaction, undefined);
  if (!parsed.ok) return [];
  return neededMembers(parsed.value).filter((name) => !Object.hasOwn(transaction, name));
}

function neededMembers(type: 0 | 1 | 2 | 4): FillableMember[] {
  return type <= 1
    ? ["nonce", "gas_limit", "gas_price"]
    : ["nonce", "gas_limit", "max_fee_per_gas", "max_priority_fee_per_gas"];
}

function readType(value: JsonObject, fill: TransactionFill | undefined): 0 | 1 | 2 | 4 {
  const parsed = parseType(value, fill);
  if (!parsed.ok) throw new InvalidMember(parsed.message);
  return parsed.value;
}

/**
 * `gas_price` beside fee caps is dropped instead of refused: the official React SDK sends it with a wrong value
 * (spec client-wire §5).
 */
function parseType(value: JsonObject, fill: TransactionFill | undefined): Parsed<0 | 1 | 2 | 4> {
  const type = memberOf(value, "type");
  const hasFeeCap = Object.hasOwn(value, "max_fee_per_gas") || Object.hasOwn(value, "max_priority_fee_per_gas");
  if (type === undefined) {
    if (Object.hasOwn(value, "authorization_list")) return { ok: true, value: 4 };
    if (hasFeeCap) return { ok: true, value: 2 };
    // A chain without a fee market has only a gas price to offer.
    const hasGasPrice = Object.hasOwn(value, "gas_price") || (fill?.gasPrice !== undefined && !hasFeeFill(fill));
    return { ok: true, value: hasGasPrice ? 0 : 2 };
  }
  if (type !== 0 && type !== 1 && type !== 2 && type !== 4) return refuse("`type` must be one of 0, 1, 2 and 4");
  if (type <= 1 && hasFeeCap) return refuse(`a transaction of type ${type} has \`gas_price\`, not fee caps`);
  return { ok: true, value: type };
}

function hasFeeFill(fill: TransactionFill): boolean {
  return fill.maxFeePerGas !== undefined || fill.maxPriorityFeePerGas !== undefined;
}

type Quantities = { [Name in FillableMember]: bigint };

function resolveMembers(
  given: { [Name in FillableMember]: bigint | undefined },
  type: 0 | 1 | 2 | 4,
  context: TransactionContext,
): { values: Quantities; filled: FillableMember[]; missing: FillableMember[] } {
  const { fill } = context;
  const offered: { [Name in FillableMember]: bigint | undefined } = {
    nonce: fill?.nonce,
    gas_limit: fill?.gasLimit,
    gas_price: fill?.gasPrice,
    max_fee_per_gas: fill?.maxFeePerGas,
    max_priority_fee_per_gas: fill?.maxPriorityFeePerGas,
  };
  const values: Quantities = {
    nonce: 0n,
    gas_limit: 0n,
    gas_price: 0n,
    max_fee_per_gas: 0n,
    max_priority_fee_per_gas: 0n,
  };
  const filled: FillableMember[] = [];
  const missing: FillableMember[] = [];
  // What is filled in is bounded as what the caller gives is (EIP-2681 for the nonce).
  if ((offered.nonce ?? 0n) >= UINT64_MAX) throw new InvalidMember("the nonce from the chain is out of range");
  if ((offered.gas_limit ?? 0n) > UINT64_MAX) throw new InvalidMember("the gas limit from the chain is out of range");
  for (const name of neededMembers(type)) {
    const value = given[name] ?? offered[name];
    if (value !== undefined) values[name] = value;
    else if (context.method === "eth_sendTransaction") missing.push(name);
    if (given[name] === undefined && offered[name] !== undefined) filled.push(name);
  }
  // The tip that the chain suggests may be more than the caller's cap; the cap is what the caller meant.
  if (filled.includes("max_priority_fee_per_gas") && values.max_priority_fee_per_gas > values.max_fee_per_gas) {
    values.max_priority_fee_per_gas = values.max_fee_per_gas;
  }
  // EIP-1559: such a transaction is invalid on every chain.
  if (missing.length === 0 && values.max_priority_fee_per_gas > values.max_fee_per_gas) {
    throw new InvalidMember("`max_priority_fee_per_gas` must not exceed `max_fee_per_gas`");
  }
  return { values, filled, missing };
}

function buildTransaction(
  type: 0 | 1 | 2 | 4,
  quantities: Quantities,
  rest: {
    chainId: bigint;
    to: Uint8Array | undefined;
    value: bigint;
    data: Uint8Array;
    authorizationList: SignedAuthorization[];
  },
): EthereumTransaction {
  const { authorizationList, ...fields } = rest;
  const common = { ...fields, nonce: quantities.nonce, gasLimit: quantities.gas_limit };
  if (type === 0) return { type, ...common, gasPrice: quantities.gas_price };
  const accessList: [] = [];
  if (type === 1) return { type, ...common, gasPrice: quantities.gas_price, accessList };
  const fees = {
    maxFeePerGas: quantities.max_fee_per_gas,
    maxPriorityFeePerGas: quantities.max_priority_fee_per_gas,
  };
  if (type === 2) return { type, ...common, ...fees, accessList };
  if (common.to === undefined) throw new InvalidMember("a transaction of type 4 needs `to`");
  return { type, ...common, ...fees, accessList, authorizationList };
}

function readChainId(value: JsonObject, context: TransactionContext): bigint {
  const given = readQuantity(value, "chain_id", context);
  if (context.caip2 === undefined) {
    if (context.method === "eth_sendTransaction") throw new InvalidMember("`caip2` is required");
    if (given === undefined) throw new InvalidMember("`transaction.chain_id` is required");
    if (given === 0n) throw new InvalidMember("`transaction.chain_id` must be at least 1");
    return given;
  }
  const reference = parseChainReference(context.caip2);
  if (!reference.ok) throw new InvalidMember(reference.message);
  if (given !== undefined && given !== reference.value) {
    throw new InvalidMember("`transaction.chain_id` and `caip2` name different chains");
  }
  return reference.value;
}

function checkSender(value: JsonObject, walletAddress: Uint8Array): void {
  const from = readAddress(value, "from");
  if (from?.some((byte, i) => byte !== walletAddress[i])) {
    throw new InvalidMember("`transaction.from` is not the wallet's address");
  }
}

function readAuthorizationList(
  value: JsonObject,
  type: 0 | 1 | 2 | 4,
  context: TransactionContext,
): SignedAuthorization[] {
  const list = memberOf(value, "authorization_list");
  if (type !== 4) {
    if (list !== undefined) throw new InvalidMember("only a transaction of type 4 has an `authorization_list`");
    return [];
  }
  // EIP-7702: the list must not be empty.
  if (!Array.isArray(list) || list.length === 0) throw new InvalidMember("`authorization_list` needs an authorization");
  if (list.length > AUTHORIZATIONS_MAX) {
    throw new InvalidMember(`\`authorization_list\` has more than ${AUTHORIZATIONS_MAX} authorizations`);
  }
  return list.map((item) => readAuthorization(item, context));
}

function readAuthorization(item: JsonValue, context: TransactionContext): SignedAuthorization {
  if (!isJsonObject(item)) throw new InvalidMember("an authorization must be an object");
  const unknown = findUnknownMember(item, AUTHORIZATION_MEMBERS);
  if (unknown !== undefined) throw new InvalidMember(unknownMemberMessage(unknown));
  const need = (name: string, max?: bigint): bigint => {
    const quantity = readQuantity(item, name, context, max);
    if (quantity === undefined) throw new InvalidMember(`an authorization lacks \`${name}\``);
    return quantity;
  };
  const address = readAddress(item, "contract");
  if (address === undefined) throw new InvalidMember("an authorization lacks `contract`");
  return {
    address,
    chainId: need("chain_id"),
    nonce: need("nonce", UINT64_MAX - 1n),
    yParity: need("y_parity", 1n) === 1n ? 1 : 0,
    r: need("r"),
    s: need("s"),
  };
}

function readQuantity(object: JsonObject, name: string, context: TransactionContext, max?: bigint): bigint | undefined {
  const value = memberOf(object, name);
  if (value === undefined) return undefined;
  const parsed = parseQuantity(value, context);
  if (!parsed.ok) throw new InvalidMember(`\`${name}\`: ${parsed.message}`);
  if (max !== undefined && parsed.value > max) throw new InvalidMember(`\`${name}\` must be at most ${max}`);
  return parsed.value;
}

function readAddress(object: JsonObject, name: string): Uint8Array | undefined {
  const text = memberOf(object, name);
  if (text === undefined) return undefined;
  const address = typeof text === "string" ? parseEthereumAddress(text) : undefined;
  if (address === undefined) throw new InvalidMember(`\`${name}\`: Invalid Ethereum address`);
  return address;
}

function readData(value: JsonObject): Uint8Array {
  const text = memberOf(value, "data");
  if (text === undefined) return new Uint8Array(0);
  if (typeof text !== "string" || text.length > HEX_CHARACTERS_MAX) {
    throw new InvalidMember(`\`data\` must be a hex string of at most ${HEX_CHARACTERS_MAX} characters`);
  }
  const data = decodeHex0x(text);
  if (data === undefined) throw new InvalidMember("`data` must be `0x` and an even number of hex digits");
  return data;
}

/** Never leaves this file. */
class InvalidMember extends Error {}
