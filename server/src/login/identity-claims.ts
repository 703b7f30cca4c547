import type { IdentityClaims } from "@mandate/signer/protocol";
import type { Deps } from "../deps.ts";
import type { StoredUser } from "../storage/storage.ts";
import { isGuest, type UserProfile, viewUser } from "../views/user.ts";

/** What an identity token says of the user (spec 05 §4.3): text within text, since cookies carry it. */
export async function identityClaims(
  deps: Deps,
  appId: string,
  known: StoredUser | undefined,
  profile: UserProfile,
): Promise<IdentityClaims> {
  const createdAtMs = known?.createdAtMs ?? deps.nowMs();
  const user = { appId, id: known?.id ?? "", createdAtMs, profile: JSON.stringify(profile) };
  const accounts = known === undefined ? profile.linked_accounts : (await viewUser(deps.storage, user)).linked_accounts;
  return {
    cr: String(Math.floor(createdAtMs / 1000)),
    linked_accounts: JSON.stringify(accounts.map(compact)),
    ...(profile.custom_metadata === undefined ? {} : { custom_metadata: JSON.stringify(profile.custom_metadata) }),
    ...(isGuest(profile) ? { guest: "t" } : {}),
  };
}

const MEMBERS: { readonly [type: string]: readonly string[] } = {
  email: ["address"],
  wallet: ["id", "address", "chain_type", "wallet_client_type"],
  farcaster: ["fid", "username"],
  google_oauth: ["subject", "email", "name"],
  custom_auth: ["custom_user_id"],
  telegram: ["telegram_user_id", "username"],
  passkey: ["credential_id"],
};

function compact(account: { type: string; latest_verified_at: number | null; [member: string]: unknown }) {
  const { type, latest_verified_at: lv } = account;
  const names = MEMBERS[type] ?? ["subject", "username", "name", "email"];
  const kept = names.filter((name) => account[name] !== undefined).map((name) => [name, account[name]]);
  return {
    type,
    ...Object.fromEntries(kept),
    ...(type === "phone" ? { phone_number: account.phoneNumber } : {}),
    ...(type === "farcaster" ? { oa: account.owner_address } : {}),
    lv,
  };
}
