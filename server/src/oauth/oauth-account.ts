import { oauthAccountType } from "@mandate/core/login/oauth-provider";
import { ApiError } from "../api-error.ts";

/** What a provider says about the user: claims of an ID token, or the answer of its own API. */
export type ProviderProfile = { readonly [name: string]: unknown };

export type OAuthAccount = { type: string; subject: string; [member: string]: unknown };

const TEXT_MAX = 256;

/** The linked account as it is kept and shown (spec 05 §3). */
export function toAccount(provider: string, profile: ProviderProfile): OAuthAccount {
  const type = oauthAccountType(provider);
  switch (provider) {
    case "google": {
      const email = verifiedEmail(profile);
      if (email === null)
        throw new ApiError(
          "oauth_provider_error",
          "the provider gave no verified email address; ask for the scope email",
        );
      return { type, subject: readSubject(profile.sub), email, name: readText(profile.name) };
    }
    case "apple":
      return { type, subject: readSubject(profile.sub), email: verifiedEmail(profile) };
    case "github":
      return {
        type,
        subject: readSubject(profile.id),
        username: readText(profile.login),
        name: readText(profile.name),
        email: readText(profile.email),
      };
    case "discord":
      return {
        type,
        subject: readSubject(profile.id),
        username: readDiscordName(profile),
        email: profile.verified === true ? readText(profile.email) : null,
      };
    default: {
      const members = {
        email: verifiedEmail(profile),
        name: readText(profile.name),
        username: readText(profile.preferred_username),
        profile_picture_url: readText(profile.picture, 2048),
      };
      const known = Object.entries(members).filter(([, value]) => value !== null);
      return { type, subject: readSubject(profile.sub ?? profile.id), ...Object.fromEntries(known) };
    }
  }
}

/** OpenID Connect Core §5.1; Apple writes truth as text. An address that nobody verified is nobody's. */
function verifiedEmail({ email, email_verified }: ProviderProfile): string | null {
  return email_verified === true || email_verified === "true" ? readText(email) : null;
}

/** Names from before discriminators were dropped still have one, the others are written with `#0` (spec 05 §2). */
function readDiscordName({ username, discriminator }: ProviderProfile): string | null {
  const name = readText(username);
  if (name === null) return null;
  return `${name}#${typeof discriminator === "string" && /^\d{4}$/.test(discriminator) ? discriminator : "0"}`;
}

/** GitHub numbers its users. */
function readSubject(value: unknown): string {
  const subject = Number.isSafeInteger(value) ? String(value) : value;
  if (typeof subject !== "string" || !/^[\x21-\x7e]{1,256}$/.test(subject))
    throw new ApiError("oauth_provider_error", "the provider did not say who signed in");
  return subject;
}

/** What is too long or no text is left out; nothing of it decides anything. */
function readText(value: unknown, lengthMax = TEXT_MAX): string | null {
  return typeof value === "string" && value !== "" && value.length <= lengthMax && !value.includes("\0") ? value : null;
}
