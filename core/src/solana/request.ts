import { equalBytes } from "../crypto/equal-bytes.ts";
import type { JsonObject, JsonValue } from "../encoding/json-value.ts";
import { findUnknownMember, isJsonObject, memberOf, shorten, unknownMemberMessage } from "../ethereum/parsed.ts";
import { encodeSolanaAddress, parseSolanaAddress } from "./address.ts";
import { signerIndexOf } from "./message-accounts.ts";
import { parseBase64Params, parseSignMessageParams } from "./off-chain-message.ts";
import { decodeTransaction, isSignaturePresent } from "./transaction.ts";
import type { SolanaRequest, SolanaTransaction } from "./types.ts";

export { describeResult, requestBytes, signedTransaction } from "./result.ts";

export type SolanaRequestContext = {
  /** 32 bytes: the wallet's public key. */
  walletAddress: Uint8Array;
  /** Compared with the request's legacy `wallet_id`; without it, a request that names one is refused. */
  walletId?: string | undefined;
};

export type ParsedSolanaRequest =
  | { ok: true; request: SolanaRequest }
  | {
      ok: false;
      status: 400;
      code: "invalid_data" | "invalid_solana_transaction" | "not_supported";
      message: string;
    };

type Method = SolanaRequest["method"];

const COMMON_MEMBERS = ["method", "params", "address", "chain_type", "wallet_id"];
const BODY_MEMBERS: { [Name in Method]: ReadonlySet<string> } = {
  signMessage: new Set(COMMON_MEMBERS),
  signTransaction: new Set(COMMON_MEMBERS),
  signAndSendTransaction: new Set([
    ...COMMON_MEMBERS,
    "caip2",
    "sponsor",
    "sponsor_options",
    "reference_id",
    "optimistic_broadcast",
  ]),
};

/** On the wire for Solana wallets, but not built. */
const UNSUPPORTED_METHODS = new Set(["exportPrivateKey", "exportSeedPhrase"]);

/** `solana:` and the first 32 characters of the genesis hash (CAIP-30). */
const SOLANA_CAIP2 = /^solana:[-_a-zA-Z0-9]{1,32}$/;

/**
 * Decodes the body of `POST /v1/wallets/{id}/rpc` for a Solana wallet (spec 04 §4.2), strictly at every level.
 *
 * INVARIANT (I8): policy and signed bytes are computed from the answer alone, so nothing in the body that is not in it
 * can have an effect. INVARIANT (I14): a message that could be a transaction is refused.
 */
export function parseSolanaRequest(body: JsonValue, context: SolanaRequestContext): ParsedSolanaRequest {
  if (!isJsonObject(body)) return invalid("the body must be a JSON object");
  const method = memberOf(body, "method");
  if (typeof method !== "string") return invalid("`method` must be a string");
  if (!isMethod(method)) {
    return UNSUPPORTED_METHODS.has(method)
      ? unsupported(`\`${method}\` is not supported`)
      : invalid(`\`${shorten(method)}\` is not a method of Solana wallets`);
  }
  const unknown = findUnknownMember(body, BODY_MEMBERS[method]);
  if (unknown !== undefined) return invalid(unknownMemberMessage(unknown));
  return checkSiblings(body, context) ?? checkSending(body) ?? parseMethod(method, body, context);
}

function isMethod(method: string): method is Method {
  return Object.hasOwn(BODY_MEMBERS, method);
}

/** Everything beside `method` and `params`: checked, and without effect on what is signed. */
function checkSiblings(body: JsonObject, context: SolanaRequestContext): Refused | undefined {
  const address = memberOf(body, "address");
  if (address !== undefined) {
    const parsed = typeof address === "string" ? parseSolanaAddress(address) : undefined;
    if (parsed === undefined) return invalid("`address` must be a Solana address");
    if (!equalBytes(parsed, context.walletAddress)) return invalid("`address` is not the wallet's");
  }
  const chainType = memberOf(body, "chain_type");
  if (chainType !== undefined && chainType !== "solana") return invalid("`chain_type` is not the wallet's");
  const walletId = memberOf(body, "wallet_id");
  if (walletId !== undefined && walletId !== context.walletId) return invalid("`wallet_id` is not the wallet's");
  return undefined;
}

function checkSending(body: JsonObject): Refused | undefined {
  const caip2 = memberOf(body, "caip2");
  if (caip2 !== undefined && (typeof caip2 !== "string" || !SOLANA_CAIP2.test(caip2))) {
    return invalid(
      "Chain ID must be a valid CAIP-2 chain ID of Solana, e.g. 'solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1'",
    );
  }
  const sponsor = memberOf(body, "sponsor");
  if (sponsor !== undefined && typeof sponsor !== "boolean") return invalid("`sponsor` must be true or false");
  if (sponsor === true || memberOf(body, "sponsor_options") !== undefined) {
    return unsupported("fee sponsorship is not supported; send without `sponsor`");
  }
  const optimistic = memberOf(body, "optimistic_broadcast");
  if (optimistic !== undefined && typeof optimistic !== "boolean") {
    return invalid("`optimistic_broadcast` must be true or false");
  }
  const reference = memberOf(body, "reference_id");
  const isReference = typeof reference === "string" && reference.length >= 1 && reference.length <= 64;
  return reference === undefined || isReference ? undefined : invalid("`reference_id` must have 1 to 64 characters");
}

function parseMethod(method: Method, body: JsonObject, context: SolanaRequestContext): ParsedSolanaRequest {
  const params = memberOf(body, "params");
  if (method === "signMessage") {
    const message = parseSignMessageParams(params);
    return message.ok ? accepted({ method, message: message.value }) : invalid(message.message);
  }
  const bytes = parseBase64Params(params, "transaction");
  if (!bytes.ok) return invalid(bytes.message);
  const decoded = decodeTransaction(bytes.value);
  if (!decoded.ok) return invalidTransaction(decoded.message);
  const transaction = decoded.value;
  const signerIndex = signerIndexOf(transaction.message, context.walletAddress);
  if (signerIndex === undefined) return invalidTransaction("the wallet is not among the transaction's signers");
  if (method === "signTransaction") return accepted({ method, transaction, signerIndex });

  const caip2 = memberOf(body, "caip2") as string | undefined;
  if (caip2 === undefined) return invalid("`caip2` is required");
  return (
    refuseUnsendable(transaction, signerIndex) ??
    accepted({
      method,
      transaction,
      signerIndex,
      caip2,
      referenceId: memberOf(body, "reference_id") as string | undefined,
      skipPreflight: memberOf(body, "optimistic_broadcast") === true,
    })
  );
}

/** What only the wallet's own signature is missing from can be sent. */
function refuseUnsendable({ signatures, message }: SolanaTransaction, signerIndex: number): Refused | undefined {
  const missing = signatures.findIndex((signature, index) => index !== signerIndex && !isSignaturePresent(signature));
  if (missing === -1) return undefined;
  const signer = encodeSolanaAddress(message.accountKeys[missing]!);
  return invalidTransaction(
    `the signature of ${signer} is missing; sign with \`signTransaction\` and send it complete`,
  );
}

type Refused = Extract<ParsedSolanaRequest, { ok: false }>;

function accepted(request: SolanaRequest): ParsedSolanaRequest {
  return { ok: true, request };
}

function invalid(message: string): Refused {
  return { ok: false, status: 400, code: "invalid_data", message };
}

function invalidTransaction(message: string): Refused {
  return { ok: false, status: 400, code: "invalid_solana_transaction", message };
}

function unsupported(message: string): Refused {
  return { ok: false, status: 400, code: "not_supported", message };
}
