import type { JsonObject, JsonValue } from "../encoding/json-value.ts";
import { findUnknownMember, isJsonObject, memberOf, shorten, unknownMemberMessage } from "../ethereum/parsed.ts";
import type { TransactionFill } from "../ethereum/transaction-params.ts";
import type { PolicyRequest } from "../policy/request.ts";

/** What a request is decoded against: the wallet that would sign it, and what the caller left to us. */
export type SigningContext = {
  /** As the chain type spells it. */
  address: string;
  /** As `ChainType.publicKey` gives it. */
  publicKey: Uint8Array;
  /** The same key in 65 bytes, where it is known; saves computing it for every signature. */
  uncompressedPublicKey?: Uint8Array | undefined;
  /** Compared with the request's legacy `wallet_id`; without it, a request that names one is refused. */
  walletId?: string | undefined;
  /** What an Ethereum caller who sends may leave out, from the chain. */
  ethereumFill?: TransactionFill | undefined;
  /** What a Tron caller may leave out, from the chain and the clock. Milliseconds are Unix time. */
  tronFill?: { refBlockBytes?: Uint8Array; refBlockHash?: Uint8Array; expirationMs?: bigint; timestampMs?: bigint };
};

/**
 * A decoded request that can be signed.
 *
 * INVARIANT (I8): `digest`, `operations` and what `sign` returns are computed from the same decoded value, so what the
 * policy sees is what gets signed.
 */
export type SignableRequest = {
  readonly method: string;
  /** Every one of them has to be allowed by the policy in force, and there has to be one: `evaluateAll`. */
  readonly operations: readonly PolicyRequest[];
  /** The bytes under the signature, for the receipt. */
  readonly digest: Uint8Array;
  /** Signs with the wallet's key. Throws, as a bug, for another one. */
  readonly sign: (privateKey: Uint8Array) => Signed;
  /** Members that came from the context instead of the caller. */
  readonly filled: readonly string[];
  /** What the transaction may cost in fees that came from the context, in wei; absent where the caller chose them. */
  readonly filledFeeMaxWei?: bigint;
};

/** `data` is the wire's answer (spec 04 §4, §5); `broadcast` is there where the method also sends. */
export type Signed = { data: JsonObject; broadcast?: Broadcast };

/** What goes to the chain, once it is stored. */
export type Broadcast = {
  bytes: Uint8Array;
  /** How the chain names it. */
  hash: string;
  caip2: string;
  /** What no two unsent transactions of a wallet may share on a chain: the nonce, or the hash where it has none. */
  nonce: string;
};

export type Refused = {
  ok: false;
  status: 400;
  code: "invalid_data" | "invalid_solana_transaction" | "not_supported";
  message: string;
};
export type ParsedSignable = { ok: true; value: SignableRequest } | Refused;

export function invalid(message: string): Refused {
  return { ok: false, status: 400, code: "invalid_data", message };
}

export function unsupported(message: string): Refused {
  return { ok: false, status: 400, code: "not_supported", message };
}

const COMMON_MEMBERS = ["method", "params", "address", "chain_type", "wallet_id"];

/**
 * The `params` of a body whose method was chosen already. Checks that the body has no member but the common ones and
 * `extra`, and that the legacy echoes of the wallet are this wallet's (spec 04 §4).
 */
export function readRpcParams(
  body: JsonValue,
  chainType: string,
  context: SigningContext,
  members: { params: readonly string[]; extra?: readonly string[] },
): { ok: true; params: JsonObject; body: JsonObject } | Refused {
  if (!isJsonObject(body)) return invalid("the body must be a JSON object");
  const unknown = findUnknownMember(body, new Set([...COMMON_MEMBERS, ...(members.extra ?? [])]));
  if (unknown !== undefined) return invalid(unknownMemberMessage(unknown));
  for (const [name, expected] of [
    ["address", context.address],
    ["chain_type", chainType],
    ["wallet_id", context.walletId],
  ] as const) {
    const value = memberOf(body, name);
    if (value !== undefined && (typeof value !== "string" || value !== expected)) {
      return invalid(`\`${name}\` is not the wallet's`);
    }
  }
  const params = readMembers(memberOf(body, "params"), "params", members.params);
  return params.ok ? { ok: true, params: params.object, body } : params;
}

/** A JSON object that has no members but the given ones. */
export function readMembers(
  value: JsonValue | undefined,
  path: string,
  members: readonly string[],
): { ok: true; object: JsonObject } | Refused {
  if (value === undefined) return invalid(`Required at ${path}`);
  if (!isJsonObject(value)) return invalid(`\`${path}\` must be an object`);
  const unknown = findUnknownMember(value, new Set(members));
  return unknown === undefined ? { ok: true, object: value } : invalid(unknownMemberMessage(unknown));
}

/** The method of a body, if it is one of those given. */
export function readMethod<const Name extends string>(
  body: JsonValue,
  chainType: string,
  methods: readonly Name[],
): { ok: true; method: Name } | Refused {
  if (!isJsonObject(body)) return invalid("the body must be a JSON object");
  const method = memberOf(body, "method");
  if (typeof method !== "string") return invalid("`method` must be a string");
  const found = methods.find((name) => name === method);
  if (found !== undefined) return { ok: true, method: found };
  return invalid(`\`${shorten(method)}\` is not a method of ${chainType} wallets`);
}

/** For chain types whose wallets sign only through `raw_sign`. */
export function parseNoRequest(chainType: string): (body: JsonValue) => ParsedSignable {
  return (body) => {
    const method = readMethod(body, chainType, []);
    return method.ok ? invalid("unreachable") : method;
  };
}
