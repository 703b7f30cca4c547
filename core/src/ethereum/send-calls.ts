import { decodeHex0x, encodeHex0x } from "../encoding/hex.ts";
import type { JsonObject, JsonValue } from "../encoding/json-value.ts";
import { encodeExecuteBatch } from "./account-calls.ts";
import { parseEthereumAddress } from "./address.ts";
import { findUnknownMember, isJsonObject, memberOf, type Parsed, refuse, unknownMemberMessage } from "./parsed.ts";
import { HEX_CHARACTERS_MAX } from "./personal-message.ts";
import { encodeQuantity, parseQuantity, type QuantityOptions } from "./quantity.ts";
import type { EthereumCall } from "./types.ts";

const CALLS_MAX = 35;
const MEMBERS = new Set(["to", "data", "value"]);

/** The `calls` of `wallet_sendCalls` params, 1 to 35 of `{to, data?, value?}` (spec 04 §4.1). */
export function parseCalls(params: JsonValue | undefined, options: QuantityOptions = {}): Parsed<EthereumCall[]> {
  if (!isJsonObject(params)) return refuse("`params` must be an object with `calls`");
  const unknown = findUnknownMember(params, new Set(["calls"]));
  if (unknown !== undefined) return refuse(unknownMemberMessage(unknown));
  const items = memberOf(params, "calls");
  if (!Array.isArray(items)) return refuse("`calls` must be an array");
  if (items.length < 1 || items.length > CALLS_MAX) return refuse(`\`calls\` must have 1 to ${CALLS_MAX} entries`);
  const calls: EthereumCall[] = [];
  for (const [index, item] of items.entries()) {
    const parsed = parseCall(item, options);
    if (!parsed.ok) return refuse(`calls[${index}]: ${parsed.message}`);
    calls.push(parsed.value);
  }
  return { ok: true, value: calls };
}

/**
 * The one transaction that makes the calls, in the wire's members. A single call is that call. Several are a call of
 * the wallet to itself: it makes them all or none, provided that the wallet's code (EIP-7702) has `executeBatch`.
 */
export function transactionOfCalls(calls: readonly EthereumCall[], walletAddress: Uint8Array): JsonObject {
  const [only, ...others] = calls;
  if (only !== undefined && others.length === 0) {
    return { to: encodeHex0x(only.to), value: encodeQuantity(only.value), data: encodeHex0x(only.data) };
  }
  return { to: encodeHex0x(walletAddress), value: "0x0", data: encodeHex0x(encodeExecuteBatch(calls)) };
}

function parseCall(item: JsonValue, options: QuantityOptions): Parsed<EthereumCall> {
  if (!isJsonObject(item)) return refuse("a call must be an object");
  const unknown = findUnknownMember(item, MEMBERS);
  if (unknown !== undefined) return refuse(unknownMemberMessage(unknown));
  const toText = memberOf(item, "to");
  const to = typeof toText === "string" ? parseEthereumAddress(toText) : undefined;
  if (to === undefined) return refuse("`to`: Invalid Ethereum address");
  const value = parseQuantity(memberOf(item, "value") ?? 0, options);
  if (!value.ok) return refuse(`\`value\`: ${value.message}`);
  const dataText = memberOf(item, "data") ?? "0x";
  const data =
    typeof dataText === "string" && dataText.length <= HEX_CHARACTERS_MAX ? decodeHex0x(dataText) : undefined;
  if (data === undefined) return refuse("`data` must be 0x-prefixed hex of whole bytes");
  return { ok: true, value: { to, value: value.value, data } };
}
