import { z } from "zod";
import { named } from "./components.ts";
import { pageOf, text } from "./fields.ts";
import { defineRoute, type Route } from "./route.ts";
import { customMetadata, user, userParams } from "./users.ts";

const shared = { caller: "app", authorization: "none", idempotent: false } as const;

/** Finds the user who has an account with this handle. */
function lookup<const Id extends string, const Path extends string, const Member extends string, S extends z.ZodType>(
  id: Id,
  path: Path,
  summary: string,
  member: Member,
  schema: S,
) {
  const name = `${id.charAt(0).toUpperCase()}${id.slice(1)}Body`;
  const body = named(name, z.strictObject({ [member]: schema } as { [name in Member]: S }));
  return defineRoute({
    ...shared,
    id,
    method: "POST",
    path,
    summary,
    request: { body },
    responses: { 200: user },
    errors: ["user_does_not_exist"],
  } as const satisfies Route);
}

const handle = text(1, 256);
const handles = z.array(handle).max(100);

export const userLookupRoutes = {
  findUserByPhone: lookup("findUserByPhone", "/v1/users/phone/number", "Find a user by phone number", "number", handle),
  findUserBySmartWalletAddress: lookup(
    "findUserBySmartWalletAddress",
    "/v1/users/smart_wallet/address",
    "Find a user by smart wallet; this server keeps none",
    "address",
    handle,
  ),
  findUserByFarcasterFid: lookup(
    "findUserByFarcasterFid",
    "/v1/users/farcaster/fid",
    "Find a user by Farcaster ID",
    "fid",
    z.number().int().nonnegative(),
  ),
  findUserByDiscordUsername: lookup(
    "findUserByDiscordUsername",
    "/v1/users/discord/username",
    "Find a user by Discord username",
    "username",
    handle,
  ),
  findUserByGithubUsername: lookup(
    "findUserByGithubUsername",
    "/v1/users/github/username",
    "Find a user by GitHub username",
    "username",
    handle,
  ),
  findUserByTwitterUsername: lookup(
    "findUserByTwitterUsername",
    "/v1/users/twitter/username",
    "Find a user by Twitter username",
    "username",
    handle,
  ),
  findUserByTwitterSubject: lookup(
    "findUserByTwitterSubject",
    "/v1/users/twitter/subject",
    "Find a user by Twitter subject",
    "subject",
    handle,
  ),
  findUserByTelegramUsername: lookup(
    "findUserByTelegramUsername",
    "/v1/users/telegram/username",
    "Find a user by Telegram username",
    "username",
    handle,
  ),
  findUserByTelegramUserId: lookup(
    "findUserByTelegramUserId",
    "/v1/users/telegram/telegram_user_id",
    "Find a user by Telegram ID",
    "telegram_user_id",
    handle,
  ),
  findUserByInstagramUsername: lookup(
    "findUserByInstagramUsername",
    "/v1/users/instagram/username",
    "Find a user by Instagram username",
    "username",
    handle,
  ),
  findUserByTwitchUsername: lookup(
    "findUserByTwitchUsername",
    "/v1/users/twitch/username",
    "Find a user by Twitch username",
    "username",
    handle,
  ),
  findUserBySpotifySubject: lookup(
    "findUserBySpotifySubject",
    "/v1/users/spotify/subject",
    "Find a user by Spotify subject",
    "subject",
    handle,
  ),
  searchUsers: defineRoute({
    ...shared,
    id: "searchUsers",
    method: "POST",
    path: "/v1/users/search",
    summary: "Find users by what they are called; below `/api/v1` as a page, below `/v1` the first one",
    request: {
      body: z.union([
        named("SearchUsersByTermBody", z.strictObject({ searchTerm: handle })),
        named(
          "SearchUsersByHandlesBody",
          z
            .strictObject({
              emails: handles.optional(),
              phoneNumbers: handles.optional(),
              walletAddresses: handles.optional(),
            })
            .refine(
              (body) => Object.keys(body).length > 0,
              "searchTerm, emails, phoneNumbers or walletAddresses is required",
            ),
        ),
      ]),
    },
    responses: { 200: z.union([user, pageOf(user)]) },
    errors: ["user_does_not_exist"],
  }),
  mergeCustomMetadata: defineRoute({
    ...shared,
    id: "mergeCustomMetadata",
    method: "PATCH",
    path: "/v1/users/{user_id}/custom_metadata",
    summary: "Add to the user's metadata; a member that is there already is replaced",
    request: {
      params: userParams,
      body: named("MergeCustomMetadataBody", z.strictObject({ custom_metadata: customMetadata })),
    },
    responses: { 200: user },
    errors: ["user_does_not_exist", "resource_conflict"],
  }),
};
