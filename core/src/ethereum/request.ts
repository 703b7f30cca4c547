import { decodeHex0x } from "../encoding/hex.ts";
import type { JsonObject, JsonValue } from "../encoding/json-value.ts";
import { parseEthereumAddress } from "./address.ts";
import { parseAuthorizationParams } from "./authorization-7702.ts";
import { findUnknownMember, isJsonObject, memberOf, shorten, unknownMemberMessage } from "./parsed.ts";
import { parsePersonalSignParams } from "./personal-message.ts";
import { parseChainReference } from "./quantity.ts";
import { parseCalls, transactionOfCalls } from "./send-calls.ts";
import {
  type FillableMember,
  missingForSend as missingInTransaction,
  parseTransactionParams,
  type TransactionFill,
} from "./transaction-params.ts";
import { parseTypedData } from "./typed-data.ts";
import type { EthereumRequest } from "./types.ts";
import { parseUserOperationParams } from "./user-operation.ts";

export { describeResult, requestDigest, transactionRequestEcho } from "./result.ts";

export type EthereumRequestContext = {
  /** 20 bytes. */
  walletAddress: Uint8Array;
  /** Compared with the request's legacy `wallet_id`; without it, a request that names one is refused. */
  walletId?: string | undefined;
  /** From the chain, for members that a sending caller left out. */
  fill?: TransactionFill | undefined;
  /** Also accept quantities as decimal strings; the wire does not. */
  decimalStrings?: boolean | undefined;
};

export type ParsedEthereumRequest =
  | { ok: true; request: EthereumRequest; filled: FillableMember[] }
  | {
      ok: false;
      status: 400;
      code: "invalid_data" | "not_supported";
      message: string;
      /** Set when nothing is wrong but that these members must come from the chain. */
      missing?: FillableMember[];
    };

type Method = EthereumRequest["method"];

const COMMON_MEMBERS = ["method", "params", "address", "chain_type", "wallet_id"];
const MESSAGE_MEMBERS = new Set([...COMMON_MEMBERS, "caip2", "signature_options"]);
const BODY_MEMBERS: { [Name in Method]: ReadonlySet<string> } = {
  personal_sign: MESSAGE_MEMBERS,
  eth_signTypedData_v4: MESSAGE_MEMBERS,
  eth_signTransaction: new Set([...COMMON_MEMBERS, "caip2"]),
  eth_sendTransaction: new Set([
    ...COMMON_MEMBERS,
    "caip2",
    "sponsor",
    "sponsor_options",
    "reference_id",
    "experimental_data_suffix",
  ]),
  eth_signUserOperation: new Set(COMMON_MEMBERS),
  wallet_sendCalls: new Set([...COMMON_MEMBERS, "caip2", "sponsor", "sponsor_options", "experimental_data_suffix"]),
  secp256k1_sign: new Set(COMMON_MEMBERS),
  eth_sign7702Authorization: new Set(COMMON_MEMBERS),
};

/** On the wire for Ethereum wallets, but not built. */
const UNSUPPORTED_METHODS = new Set(["exportPrivateKey", "exportSeedPhrase"]);

/**
 * Decodes the body of `POST /v1/wallets/{id}/rpc` for an Ethereum wallet (spec 04 §4.1), strictly at every level.
 *
 * INVARIANT (I8): policy and digest are computed from the answer alone, so nothing in the body that is not in it can
 * have an effect. `filled` names what came from `context.fill` instead of the caller.
 */
export function parseEthereumRequest(body: JsonValue, context: EthereumRequestContext): ParsedEthereumRequest {
  if (!isJsonObject(body)) return invalid("the body must be a JSON object");
  const method = memberOf(body, "method");
  if (typeof method !== "string") return invalid("`method` must be a string");
  if (!isMethod(method)) {
    return UNSUPPORTED_METHODS.has(method)
      ? unsupported(`\`${method}\` is not supported`)
      : invalid(`\`${shorten(method)}\` is not a method of Ethereum wallets`);
  }
  const unknown = findUnknownMember(body, BODY_MEMBERS[method]);
  if (unknown !== undefined) return invalid(unknownMemberMessage(unknown));
  return checkSiblings(body, context) ?? parseMethod(method, body, context);
}

/** Which members of the transaction the API must look up on the chain before this body can be sent. */
export function missingForSend(body: JsonValue): FillableMember[] {
  if (!isJsonObject(body)) return [];
  if (memberOf(body, "method") === "wallet_sendCalls") return missingInTransaction({});
  if (memberOf(body, "method") !== "eth_sendTransaction") return [];
  const params = memberOf(body, "params");
  return isJsonObject(params) ? missingInTransaction(memberOf(params, "transaction")) : [];
}

function isMethod(method: string): method is Method {
  return Object.hasOwn(BODY_MEMBERS, method);
}

/** Everything beside `method` and `params`: checked, and without effect on what is signed. */
function checkSiblings(body: JsonObject, context: EthereumRequestContext): Refused | undefined {
  const address = memberOf(body, "address");
  if (address !== undefined) {
    const parsed = typeof address === "string" ? parseEthereumAddress(address) : undefined;
    if (parsed === undefined) return invalid("`address`: Invalid Ethereum address");
    if (parsed.some((byte, i) => byte !== context.walletAddress[i])) return invalid("`address` is not the wallet's");
  }
  const chainType = memberOf(body, "chain_type");
  if (chainType !== undefined && chainType !== "ethereum") return invalid("`chain_type` is not the wallet's");
  const walletId = memberOf(body, "wallet_id");
  if (walletId !== undefined && walletId !== context.walletId) return invalid("`wallet_id` is not the wallet's");
  const caip2 = memberOf(body, "caip2");
  if (caip2 !== undefined) {
    const chain = parseChainReference(caip2);
    if (!chain.ok) return invalid(chain.message);
  }
  return checkSignatureOptions(memberOf(body, "signature_options")) ?? checkSending(body);
}

function checkSignatureOptions(options: JsonValue | undefined): Refused | undefined {
  if (options === undefined) return undefined;
  if (!isJsonObject(options)) return invalid("`signature_options` must be an object with `type`");
  const unknown = findUnknownMember(options, new Set(["type"]));
  if (unknown !== undefined) return invalid(unknownMemberMessage(unknown));
  const type = memberOf(options, "type");
  if (type === "ecdsa") return undefined;
  return type === "erc1271"
    ? unsupported("`signature_options.type` `erc1271` is not supported; use `ecdsa`")
    : invalid("`signature_options.type` must be `ecdsa`");
}

function checkSending(body: JsonObject): Refused | undefined {
  const sponsor = memberOf(body, "sponsor");
  if (sponsor !== undefined && typeof sponsor !== "boolean") return invalid("`sponsor` must be true or false");
  if (sponsor === true || memberOf(body, "sponsor_options") !== undefined) {
    return unsupported("gas sponsorship is not supported; send without `sponsor`");
  }
  if (memberOf(body, "experimental_data_suffix") !== undefined) {
    return unsupported("`experimental_data_suffix` is not supported; append the suffix to `data`");
  }
  const reference = memberOf(body, "reference_id");
  const isReference = typeof reference === "string" && reference.length >= 1 && reference.length <= 64;
  return reference === undefined || isReference ? undefined : invalid("`reference_id` must have 1 to 64 characters");
}

function parseMethod(method: Method, body: JsonObject, context: EthereumRequestContext): ParsedEthereumRequest {
  const params = memberOf(body, "params");
  switch (method) {
    case "personal_sign": {
      const message = parsePersonalSignParams(params);
      return message.ok ? accepted({ method, message: message.value }) : invalid(message.message);
    }
    case "eth_signTypedData_v4": {
      const only = onlyMember(params, "typed_data");
      if (!only.ok) return only;
      const parsed = parseTypedData(only.value);
      return parsed.ok ? accepted({ method, typedData: parsed.typedData }) : invalid(parsed.message);
    }
    case "secp256k1_sign": {
      const only = onlyMember(params, "hash");
      if (!only.ok) return only;
      const hash = typeof only.value === "string" && only.value.length === 66 ? decodeHex0x(only.value) : undefined;
      return hash === undefined ? invalid("`hash` must be 0x-prefixed hex of 32 bytes") : accepted({ method, hash });
    }
    case "eth_sign7702Authorization": {
      const parsed = parseAuthorizationParams(params, context);
      return parsed.ok ? accepted({ method, authorization: parsed.authorization }) : { ...parsed, status: 400 };
    }
    case "eth_signUserOperation": {
      const parsed = parseUserOperationParams(params, context);
      return parsed.ok ? accepted(parsed.value) : invalid(parsed.message);
    }
    case "wallet_sendCalls":
      return parseSendCalls(params, body, context);
    case "eth_signTransaction":
    case "eth_sendTransaction":
      return parseTransactionMethod(method, params, body, context);
  }
}

function parseTransactionMethod(
  method: "eth_signTransaction" | "eth_sendTransaction",
  params: JsonValue | undefined,
  body: JsonObject,
  context: EthereumRequestContext,
): ParsedEthereumRequest {
  const only = onlyMember(params, "transaction");
  if (!only.ok) return only;
  const caip2 = memberOf(body, "caip2") as string | undefined;
  if (method === "eth_sendTransaction" && caip2 === undefined) return invalid("`caip2` is required");
  const parsed = parseTransactionParams(only.value, { ...context, method, caip2 });
  if (!parsed.ok) return { ...parsed, status: 400 };
  const { transaction, filled } = parsed;
  if (method === "eth_signTransaction") return { ok: true, request: { method, transaction }, filled };
  const referenceId = memberOf(body, "reference_id") as string | undefined;
  return { ok: true, request: { method, transaction, caip2: caip2!, referenceId }, filled };
}

function parseSendCalls(
  params: JsonValue | undefined,
  body: JsonObject,
  context: EthereumRequestContext,
): ParsedEthereumRequest {
  const caip2 = memberOf(body, "caip2");
  const chain = parseChainReference(caip2 ?? null);
  if (caip2 === undefined || !chain.ok) return invalid("`caip2` is required");
  const calls = parseCalls(params, context);
  if (!calls.ok) return invalid(calls.message);
  const members = transactionOfCalls(calls.value, context.walletAddress);
  const parsed = parseTransactionParams(members, {
    ...context,
    method: "eth_sendTransaction",
    caip2: caip2 as string,
  });
  if (!parsed.ok) return { ...parsed, status: 400 };
  const { transaction, filled } = parsed;
  const request = {
    method: "wallet_sendCalls" as const,
    caip2: caip2 as string,
    chainId: chain.value,
    sender: context.walletAddress,
    calls: calls.value,
    transaction,
  };
  return { ok: true, request, filled };
}

/** The one member that `params` has. */
function onlyMember(params: JsonValue | undefined, name: string): { ok: true; value: JsonValue } | Refused {
  if (!isJsonObject(params)) return invalid(`\`params\` must be an object with \`${name}\``);
  const unknown = findUnknownMember(params, new Set([name]));
  if (unknown !== undefined) return invalid(unknownMemberMessage(unknown));
  const value = memberOf(params, name);
  return value === undefined ? invalid(`Required at params.${name}`) : { ok: true, value };
}

type Refused = Extract<ParsedEthereumRequest, { ok: false }>;

function accepted(request: EthereumRequest): ParsedEthereumRequest {
  return { ok: true, request, filled: [] };
}

function invalid(message: string): Refused {
  return { ok: false, status: 400, code: "invalid_data", message };
}

function unsupported(message: string): Refused {
  return { ok: false, status: 400, code: "not_supported", message };
}
