import type { LinkedAccountInput } from "@mandate/contract/linked-accounts";

type Kinds = { readonly [type in LinkedAccountInput["type"]]: Extract<LinkedAccountInput, { type: type }> };

/** Names as people have them, and as people who try things type them. */
const NAME = "Ada Lovelace-Byron zu Köln 王";
const MARKUP = "<img src=x onerror=alert(1)>";
const ADDRESS = "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826";

/** An account of every kind that a user can have; one that is missing here does not compile. */
export const accountKinds: Kinds = {
  email: { type: "email", address: "a.person.with.a.very.long.name@department.of.a.company.example.com" },
  phone: { type: "phone", number: "+15555555555" },
  wallet: { type: "wallet", address: ADDRESS, chain_type: "ethereum" },
  google_oauth: { type: "google_oauth", subject: "108", email: "ada@example.com", name: NAME },
  twitter_oauth: { type: "twitter_oauth", subject: "44196397", name: NAME, username: "ada" },
  discord_oauth: { type: "discord_oauth", subject: "80351110224678912", username: "ada#0001" },
  github_oauth: { type: "github_oauth", subject: "583231", username: "octo-ada", name: MARKUP },
  spotify_oauth: { type: "spotify_oauth", subject: "31l77y2al5lnn7mxfrmd4bpfhqke", name: NAME },
  instagram_oauth: { type: "instagram_oauth", subject: "17841405793187218", username: "ada.pics" },
  tiktok_oauth: { type: "tiktok_oauth", subject: "6c8b2f4a", username: "ada", name: null },
  line_oauth: { type: "line_oauth", subject: "U4af4980629", name: NAME },
  twitch_oauth: { type: "twitch_oauth", subject: "141981764", username: "ada_live" },
  apple_oauth: { type: "apple_oauth", subject: "001234.abcdef", email: "relay@privaterelay.example.com" },
  linkedin_oauth: { type: "linkedin_oauth", subject: "782bbtaQ", name: NAME, vanityName: "ada" },
  farcaster: { type: "farcaster", fid: 3, owner_address: ADDRESS, username: "ada", display_name: NAME },
  telegram: { type: "telegram", telegram_user_id: "123456789", first_name: "Ada", username: "ada" },
  custom_auth: { type: "custom_auth", custom_user_id: "auth0|5f7c8ec7c33c6c004bbafe82-and-then-some-more-of-it" },
};
