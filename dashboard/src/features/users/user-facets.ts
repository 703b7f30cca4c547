export const kinds = [
  { value: "", label: "Any account" },
  { value: "email", label: "Email" },
  { value: "custom_auth", label: "Custom JWT" },
  { value: "wallet", label: "Linked wallet" },
  { value: "guest", label: "Guest" },
  { value: "passkey", label: "Passkey" },
  { value: "phone", label: "Phone" },
  { value: "google_oauth", label: "Google" },
  { value: "apple_oauth", label: "Apple" },
  { value: "github_oauth", label: "GitHub" },
  { value: "discord_oauth", label: "Discord" },
  { value: "twitter_oauth", label: "X" },
  { value: "farcaster", label: "Farcaster" },
  { value: "telegram", label: "Telegram" },
] as const;

export const wallets = [
  { value: "", label: "With or without wallet" },
  { value: "with", label: "With wallet" },
  { value: "without", label: "Without wallet" },
] as const;

export const times = [
  { value: "", label: "Created at any time" },
  { value: "1", label: "Created in the last day" },
  { value: "7", label: "Created in the last 7 days" },
  { value: "30", label: "Created in the last 30 days" },
  { value: "365", label: "Created in the last year" },
] as const;

const HOUR_MS = 3_600_000;

export type Facets = { kind?: string | undefined; wallet?: string | undefined; created?: string | undefined };

/** What the address says, as the list is asked. Days are counted from the full hour, so that a question stays the same. */
export function facetQuery({ kind, wallet, created }: Facets, nowMs = Date.now()) {
  const days = times.some(({ value }) => value === created) ? Number(created) : 0;
  return {
    account_type: kinds.some(({ value }) => value === kind) && kind !== "" ? kind : undefined,
    has_wallet: wallet === "with" ? "true" : wallet === "without" ? "false" : undefined,
    created_from: days > 0 ? String(Math.floor(nowMs / HOUR_MS) * HOUR_MS - days * 24 * HOUR_MS) : undefined,
  };
}
