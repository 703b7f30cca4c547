import { keccak256 } from "../crypto/primitives.ts";
import type { JsonValue } from "../encoding/json-value.ts";
import { parseEthereumAddress } from "./address.ts";
import { findUnknownMember, isJsonObject, memberOf, type Refusal, unknownMemberMessage } from "./parsed.ts";
import { parseQuantity, type QuantityOptions, UINT64_MAX } from "./quantity.ts";
import { encodeRlp } from "./rlp.ts";

/** Lets the account run the code at `contract` (20 bytes). Chain ID 0 means every chain. */
export type Authorization = { contract: Uint8Array; chainId: bigint; nonce: bigint };

/** 0x05 in front of the list keeps it apart from every transaction (EIP-7702, "MAGIC"). */
const MAGIC = 5;
const MEMBERS = new Set(["contract", "chain_id", "nonce", "executor"]);

/** keccak-256 over 0x05 ‖ rlp([chain id, contract, nonce]) (EIP-7702, "Set code transaction"). */
export function authorizationDigest(authorization: Authorization): Uint8Array {
  const payload = encodeRlp([authorization.chainId, authorization.contract, authorization.nonce]);
  const bytes = new Uint8Array(1 + payload.length);
  bytes[0] = MAGIC;
  bytes.set(payload, 1);
  return keccak256(bytes);
}

/**
 * `eth_sign7702Authorization` params `{contract, chain_id, nonce?}`; a missing nonce is 0. `executor: "self"` changes
 * the nonce by a rule that we have not seen confirmed, so it is refused instead of guessed.
 */
export function parseAuthorizationParams(
  params: JsonValue | undefined,
  options: QuantityOptions = {},
): { ok: true; authorization: Authorization } | Refusal {
  if (!isJsonObject(params)) return invalid("`params` must be an object with `contract` and `chain_id`");
  const unknown = findUnknownMember(params, MEMBERS);
  if (unknown !== undefined) return invalid(unknownMemberMessage(unknown));
  const executor = memberOf(params, "executor");
  if (executor === "self") {
    return {
      ok: false,
      code: "not_supported",
      message: "`executor` is not supported; leave it out and give the `nonce` that the authorization must carry",
    };
  }
  if (executor !== undefined) return invalid("`executor` must be `self` or absent");

  const contractText = memberOf(params, "contract");
  const contract = typeof contractText === "string" ? parseEthereumAddress(contractText) : undefined;
  if (contract === undefined) return invalid("`contract`: Invalid Ethereum address");
  const chainId = parseQuantity(memberOf(params, "chain_id") ?? null, options);
  if (!chainId.ok) return invalid(`\`chain_id\`: ${chainId.message}`);
  const nonce = parseQuantity(memberOf(params, "nonce") === undefined ? 0 : params.nonce!, options);
  if (!nonce.ok) return invalid(`\`nonce\`: ${nonce.message}`);
  // EIP-7702, "Behavior", step 2.
  if (nonce.value >= UINT64_MAX) return invalid("`nonce` must be less than 2^64 - 1");
  return { ok: true, authorization: { contract, chainId: chainId.value, nonce: nonce.value } };
}

function invalid(message: string): Refusal {
  return { ok: false, code: "invalid_data", message };
}
