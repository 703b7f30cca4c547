import { accountHandle, type LinkedAccountView } from "./linked-account.ts";

/** Accounts that people know by a name of their own, which changes hands; the provider's subject does not. */
const NAMED: { readonly [type: string]: string } = {
  discord_oauth: "discord_username",
  github_oauth: "github_username",
  twitter_oauth: "twitter_username",
  instagram_oauth: "instagram_username",
  twitch_oauth: "twitch_username",
  telegram: "telegram_username",
};

export type NamedProvider = "discord" | "github" | "twitter" | "instagram" | "twitch" | "telegram";

/**
 * What storage finds a user by: the handle that makes an account unique and, where there is one, the account's name
 * followed by the handle, so that two who had the same name one after the other do not collide.
 */
export function accountKeys(accounts: readonly LinkedAccountView[]): string[] {
  return accounts.flatMap((account) => {
    const handle = accountHandle(account);
    const kind = NAMED[account.type];
    const { username } = account;
    return kind === undefined || typeof username !== "string"
      ? [handle]
      : [handle, `${kind}:${fold(username)}:${handle}`];
  });
}

/** The beginning of the keys of accounts with this name. */
export function namePrefix(provider: NamedProvider, username: string): string {
  return `${provider}_username:${fold(username)}:`;
}

function fold(username: string): string {
  return username.toLowerCase();
}
