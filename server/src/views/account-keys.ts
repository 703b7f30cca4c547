import { normalizeAddress } from "./address.ts";
import { accountHandle, type LinkedAccountView } from "./linked-account.ts";

/** Accounts that people know by a name of their own, which changes hands; the provider's subject does not. */
const NAMED: { readonly [type: string]: string } = {
  discord_oauth: "discord_username",
  github_oauth: "github_username",
  twitter_oauth: "twitter_username",
  instagram_oauth: "instagram_username",
  twitch_oauth: "twitch_username",
  telegram: "telegram_username",
  tiktok_oauth: "tiktok_username",
  farcaster: "farcaster_username",
};
/** The address that a provider gives: several of a user's accounts may have the same, and it proves nothing here. */
const PROVIDER_EMAIL = "provider_email";

export type NamedProvider = "discord" | "github" | "twitter" | "instagram" | "twitch" | "telegram";

/**
 * What storage finds a user by: the handle that makes an account unique and, where there are some, the account's name
 * and address followed by the handle, so that two who had the same name one after the other do not collide.
 */
export function accountKeys(accounts: readonly LinkedAccountView[]): string[] {
  return accounts.flatMap((account) => {
    const handle = accountHandle(account);
    const kind = NAMED[account.type];
    const { username, email } = account;
    return [
      handle,
      ...(kind !== undefined && typeof username === "string" ? [`${kind}:${fold(username)}:${handle}`] : []),
      ...(typeof email === "string" ? [`${PROVIDER_EMAIL}:${fold(email)}:${handle}`] : []),
    ];
  });
}

/** The beginnings of the keys of accounts that people know by what begins with this text. */
export function searchPrefixes(text: string): string[] {
  const folded = fold(text);
  return [
    `email:${folded}`,
    `${PROVIDER_EMAIL}:${folded}`,
    ...Object.values(NAMED).map((kind) => `${kind}:${folded}`),
    `phone:${text}`,
    `custom_auth:${text}`,
    `wallet:${normalizeAddress(text)}`,
  ];
}

/** The beginning of the keys of accounts with this name. */
export function namePrefix(provider: NamedProvider, username: string): string {
  return `${provider}_username:${fold(username)}:`;
}

function fold(username: string): string {
  return username.toLowerCase();
}
