import type { LinkedAccount, User } from "../../lib/api/types.ts";
import { shorten } from "../../lib/format.ts";

/** What one linked account says who the user is. */
export function describeAccount(account: LinkedAccount): string {
  switch (account.type) {
    case "email":
    case "wallet":
      return account.address;
    case "phone":
      return account.phoneNumber;
    case "custom_auth":
      return account.custom_user_id;
    case "farcaster":
      return account.username ?? `fid ${account.fid}`;
    case "telegram":
      return account.username ?? account.telegram_user_id;
    default: {
      const { email, username, name, subject } = account as unknown as Record<string, string | null | undefined>;
      return email ?? username ?? name ?? subject ?? account.type;
    }
  }
}

const names: Partial<Record<LinkedAccount["type"], string>> = {
  custom_auth: "Custom JWT",
  email: "Email",
  phone: "Phone",
  wallet: "Wallet",
  twitter_oauth: "X",
  github_oauth: "GitHub",
  linkedin_oauth: "LinkedIn",
  tiktok_oauth: "TikTok",
};

export function nameAccountType(type: LinkedAccount["type"]): string {
  const plain = type.replace(/_oauth$/, "");
  return names[type] ?? plain.charAt(0).toUpperCase() + plain.slice(1);
}

/** The account that names a user best: a person's own words before numbers of ours. */
export function describeUser(user: User): string {
  const login = user.linked_accounts.find(({ type }) => type !== "wallet") ?? user.linked_accounts[0];
  return login === undefined ? shorten(user.id, 16, 6) : describeAccount(login);
}
