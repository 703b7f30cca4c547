import type { LinkedAccountInput } from "@mandate/contract/linked-accounts";
import { normalizeAddress } from "./address.ts";

/** A linked account as it is kept and shown (spec 05 §3). Times are Unix seconds. */
export type LinkedAccountView = {
  type: string;
  verified_at: number;
  first_verified_at: number | null;
  latest_verified_at: number | null;
  [member: string]: unknown;
};

/** An account the app vouches for when it creates the user: shown in full, with null where the wire wants a member. */
export function toLinkedAccount(input: LinkedAccountInput, nowS: number): LinkedAccountView {
  const verified = { verified_at: nowS, first_verified_at: nowS, latest_verified_at: nowS };
  return { ...describe(input), ...verified };
}

function describe(input: LinkedAccountInput): { type: string; [member: string]: unknown } {
  switch (input.type) {
    case "email":
      return { type: "email", address: input.address.toLowerCase() };
    case "phone":
      return { type: "phone", phoneNumber: input.number, number: input.number };
    case "wallet":
      return { ...input, address: normalizeAddress(input.address), wallet_client: "unknown" };
    case "twitter_oauth":
      return { ...input, profile_picture_url: input.profile_picture_url ?? null };
    case "discord_oauth":
      // Names from before discriminators were dropped still have one (spec 05 §2).
      return {
        ...input,
        username: input.username.includes("#") ? input.username : `${input.username}#0`,
        email: input.email ?? null,
      };
    case "github_oauth":
    case "spotify_oauth":
      return { ...input, name: input.name ?? null, email: input.email ?? null };
    case "line_oauth":
      return {
        ...input,
        name: input.name ?? null,
        email: input.email ?? null,
        profile_picture_url: input.profile_picture_url ?? null,
      };
    case "twitch_oauth":
      return { ...input, username: input.username ?? null };
    case "apple_oauth":
      return { ...input, email: input.email ?? null };
    case "linkedin_oauth": {
      const { vanityName, email, ...rest } = input;
      return { ...rest, email: email ?? null, ...(vanityName === undefined ? {} : { vanity_name: vanityName }) };
    }
    default:
      return { ...input };
  }
}

/** What makes the account unique in its app: `<type>:<handle>`. */
export function accountHandle(account: LinkedAccountView): string {
  const handle =
    account.address ??
    account.number ??
    account.custom_user_id ??
    account.credential_id ??
    account.subject ??
    account.fid ??
    account.telegram_user_id;
  return `${account.type}:${String(handle)}`;
}
