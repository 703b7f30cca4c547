import { z } from "zod";
import { named } from "./components.ts";
import { chainType, text } from "./fields.ts";

const subject = text(1, 256);
const short = text(1, 256);
const url = text(1, 2048);

function account<const T extends string, S extends z.ZodRawShape>(type: T, shape: S) {
  return z.strictObject({ type: z.literal(type), ...shape });
}

const inputs = [
  account("wallet", { address: short, chain_type: z.enum(["ethereum", "solana"]) }),
  account("email", { address: z.email().max(254) }),
  account("phone", { number: text(1, 64) }),
  account("google_oauth", { subject, email: z.email().max(254), name: short }),
  account("twitter_oauth", { subject, name: short, username: short, profile_picture_url: url.optional() }),
  account("discord_oauth", { subject, username: short, email: short.optional() }),
  account("github_oauth", { subject, username: short, name: short.optional(), email: short.optional() }),
  account("spotify_oauth", { subject, name: short.optional(), email: short.optional() }),
  account("instagram_oauth", { subject, username: short }),
  account("tiktok_oauth", { subject, username: short, name: short.nullable() }),
  account("line_oauth", {
    subject,
    name: short.optional(),
    email: short.optional(),
    profile_picture_url: url.optional(),
  }),
  account("twitch_oauth", { subject, username: short.optional() }),
  account("apple_oauth", { subject, email: short.optional() }),
  account("linkedin_oauth", {
    subject,
    name: short.optional(),
    email: short.optional(),
    vanityName: short.optional(),
  }),
  account("farcaster", {
    fid: z.number().int().nonnegative(),
    owner_address: short,
    username: short.optional(),
    display_name: short.optional(),
    bio: text(0, 1024).optional(),
    profile_picture_url: url.optional(),
    homepage_url: url.optional(),
  }),
  account("telegram", {
    telegram_user_id: text(1, 255),
    first_name: short.optional(),
    last_name: short.optional(),
    username: short.optional(),
    photo_url: url.optional(),
  }),
  account("custom_auth", { custom_user_id: text(1, 256) }),
] as const;

export const linkedAccountInput = named("LinkedAccountInput", z.discriminatedUnion("type", inputs));

export type LinkedAccountInput = z.output<typeof linkedAccountInput>;

/** What the wire calls each kind that a user can have one of. Wallets may repeat. */
const singular: { readonly [type in LinkedAccountInput["type"]]?: string } = {
  email: "email",
  phone: "phone number",
  google_oauth: "Google",
  twitter_oauth: "Twitter",
  discord_oauth: "Discord",
  github_oauth: "GitHub",
  spotify_oauth: "Spotify",
  instagram_oauth: "Instagram",
  tiktok_oauth: "Tiktok",
  line_oauth: "Line",
  twitch_oauth: "Twitch",
  linkedin_oauth: "LinkedIn",
  apple_oauth: "Apple",
  farcaster: "Farcaster",
  telegram: "Telegram",
  custom_auth: "custom JWT",
};

export const linkedAccountsInput = z
  .array(linkedAccountInput)
  .min(1)
  .max(100)
  .superRefine((accounts, context) => {
    const seen = new Set<string>();
    for (const { type } of accounts) {
      const name = singular[type];
      if (name !== undefined && seen.has(type)) {
        context.addIssue({ code: "custom", message: `User cannot have more than one ${name} account.` });
        return;
      }
      seen.add(type);
    }
  });

/** Unix seconds, unlike most other times of the API. */
const seconds = z.number().int().nonnegative();

const verified = {
  verified_at: seconds,
  first_verified_at: seconds.nullable(),
  latest_verified_at: seconds.nullable(),
};

function output<const T extends string, S extends z.ZodRawShape>(type: T, shape: S) {
  return z.object({ type: z.literal(type), ...shape, ...verified });
}

const nullableText = z.string().nullable();

export const embeddedWalletAccount = named(
  "EmbeddedWalletAccount",
  output("wallet", {
    id: z.string(),
    address: z.string(),
    chain_id: z.string(),
    chain_type: chainType,
    connector_type: z.literal("embedded"),
    wallet_client: z.literal("privy"),
    wallet_client_type: z.literal("privy"),
    wallet_index: z.number().int().nonnegative(),
    recovery_method: z.literal("privy-v2"),
    imported: z.boolean(),
    delegated: z.boolean(),
    public_key: z.string().optional(),
  }),
  "A wallet that this server keeps for the user. `delegated` says that it has a session signer.",
);

export const linkedAccount = named(
  "LinkedAccount",
  z.union([
    embeddedWalletAccount,
    output("wallet", {
      address: z.string(),
      chain_type: z.enum(["ethereum", "solana"]),
      wallet_client: z.literal("unknown"),
      chain_id: z.string().optional(),
      connector_type: z.string().optional(),
      wallet_client_type: z.string().optional(),
    }),
    output("email", { address: z.string() }),
    output("phone", { phoneNumber: z.string(), number: z.string() }),
    output("google_oauth", { subject: z.string(), email: z.string(), name: nullableText }),
    output("twitter_oauth", {
      subject: z.string(),
      username: nullableText,
      name: nullableText,
      profile_picture_url: nullableText,
    }),
    output("discord_oauth", { subject: z.string(), username: nullableText, email: nullableText }),
    output("github_oauth", {
      subject: z.string(),
      username: nullableText,
      name: nullableText,
      email: nullableText,
    }),
    output("spotify_oauth", { subject: z.string(), name: nullableText, email: nullableText }),
    output("instagram_oauth", { subject: z.string(), username: nullableText }),
    output("tiktok_oauth", { subject: z.string(), username: nullableText, name: nullableText }),
    output("line_oauth", {
      subject: z.string(),
      name: nullableText,
      email: nullableText,
      profile_picture_url: nullableText,
    }),
    output("twitch_oauth", { subject: z.string(), username: nullableText }),
    output("apple_oauth", { subject: z.string(), email: nullableText }),
    output("linkedin_oauth", {
      subject: z.string(),
      email: nullableText,
      name: z.string().optional(),
      vanity_name: z.string().optional(),
    }),
    output("farcaster", {
      fid: z.number().int(),
      owner_address: z.string(),
      username: z.string().optional(),
      display_name: z.string().optional(),
      bio: z.string().optional(),
      profile_picture: z.string().optional(),
      profile_picture_url: z.string().optional(),
      homepage_url: z.string().optional(),
    }),
    output("telegram", {
      telegram_user_id: z.string(),
      first_name: z.string().optional(),
      last_name: z.string().optional(),
      username: z.string().optional(),
      photo_url: z.string().optional(),
    }),
    z.object({
      type: z.templateLiteral(["custom:", z.string()]),
      subject: z.string(),
      email: z.string().optional(),
      name: z.string().optional(),
      username: z.string().optional(),
      profile_picture_url: z.string().optional(),
      ...verified,
    }),
    output("custom_auth", { custom_user_id: z.string() }),
    output("passkey", { credential_id: z.string(), enrolled_in_mfa: z.literal(false) }),
  ]),
);
