import type { JsonObject, JsonValue } from "@mandate/core/encoding/json-value";
import { parseEthereumAddress, toChecksumAddress } from "@mandate/core/ethereum/address";
import { requireText } from "./operation.ts";
import { invalidData } from "./refusal.ts";

/**
 * An identity is `<account type>:<handle>`: an account whose holder may sign in as the user. Which those are is sealed
 * in the user's record, so that nobody else can say so later.
 */
const HANDLES: { readonly [type: string]: string } = {
  email: "address",
  phone: "number",
  wallet: "address",
  custom_auth: "custom_user_id",
  farcaster: "fid",
  telegram: "telegram_user_id",
  passkey: "credential_id",
};

const LENGTH_MAX = 512;

export function identityOf(value: JsonValue | undefined, at: string): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalidData(`${at} must be an object`);
  const type = requireText(value.type, `${at}.type`, 100);
  const member = HANDLES[type] ?? "subject";
  return makeIdentity(type, readHandle(value, member, `${at}.${member}`));
}

function readHandle(account: JsonObject, member: string, at: string): string {
  const handle = account[member];
  return requireText(typeof handle === "number" ? String(handle) : handle, at, LENGTH_MAX);
}

/** One spelling for each: letter case says nothing in emails and Ethereum addresses, and everything elsewhere. */
export function makeIdentity(type: string, handle: string): string {
  if (type === "email") return `email:${handle.toLowerCase()}`;
  const address = type === "wallet" ? parseEthereumAddress(handle.trim()) : undefined;
  return address === undefined ? `${type}:${handle}` : `wallet:${toChecksumAddress(address)}`;
}

export function kindOf(identity: string): string {
  // A provider of one's own has a colon in its name (`custom:<name>`).
  const custom = /^custom:[a-z0-9_-]+(?=:)/.exec(identity);
  return custom?.[0] ?? identity.slice(0, identity.indexOf(":"));
}
