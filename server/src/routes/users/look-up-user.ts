import type { userLookupRoutes } from "@mandate/contract/user-lookups";
import { ApiError } from "../../api-error.ts";
import type { Deps } from "../../deps.ts";
import type { HttpResponse } from "../../http/response.ts";
import type { StoredUser } from "../../storage/storage.ts";
import { type NamedProvider, namePrefix, searchPrefixes } from "../../views/account-keys.ts";
import { normalizeAddress } from "../../views/address.ts";
import { viewUser } from "../../views/user.ts";
import type { RouteHandler } from "../handler.ts";
import { findUserOfWallet } from "./find-user.ts";
import { fullUserId } from "./user-id.ts";

type Routes = typeof userLookupRoutes;
const SEARCH_MAX = 100;

export const findUserByPhone: RouteHandler<Routes["findUserByPhone"]> = (deps, { appId, body }) =>
  answerAccount(deps, appId, `phone:${body.number}`);

export const findUserBySmartWalletAddress: RouteHandler<Routes["findUserBySmartWalletAddress"]> = (
  deps,
  { appId, body },
) => answerAccount(deps, appId, `smart_wallet:${normalizeAddress(body.address)}`);

export const findUserByFarcasterFid: RouteHandler<Routes["findUserByFarcasterFid"]> = (deps, { appId, body }) =>
  answerAccount(deps, appId, `farcaster:${body.fid}`);

export const findUserByTwitterSubject: RouteHandler<Routes["findUserByTwitterSubject"]> = (deps, { appId, body }) =>
  answerAccount(deps, appId, `twitter_oauth:${body.subject}`);

export const findUserBySpotifySubject: RouteHandler<Routes["findUserBySpotifySubject"]> = (deps, { appId, body }) =>
  answerAccount(deps, appId, `spotify_oauth:${body.subject}`);

export const findUserByTelegramUserId: RouteHandler<Routes["findUserByTelegramUserId"]> = (deps, { appId, body }) =>
  answerAccount(deps, appId, `telegram:${body.telegram_user_id}`);

export const findUserByDiscordUsername: RouteHandler<Routes["findUserByDiscordUsername"]> = (deps, { appId, body }) =>
  // Stored names carry a discriminator, asked for or not (spec 05 §2).
  answerNamed(deps, appId, "discord", body.username.includes("#") ? body.username : `${body.username}#0`);

export const findUserByGithubUsername: RouteHandler<Routes["findUserByGithubUsername"]> = (deps, { appId, body }) =>
  answerNamed(deps, appId, "github", body.username);

export const findUserByTwitterUsername: RouteHandler<Routes["findUserByTwitterUsername"]> = (deps, { appId, body }) =>
  answerNamed(deps, appId, "twitter", body.username);

export const findUserByTelegramUsername: RouteHandler<Routes["findUserByTelegramUsername"]> = (deps, { appId, body }) =>
  answerNamed(deps, appId, "telegram", body.username);

export const findUserByInstagramUsername: RouteHandler<Routes["findUserByInstagramUsername"]> = (
  deps,
  { appId, body },
) => answerNamed(deps, appId, "instagram", body.username);

export const findUserByTwitchUsername: RouteHandler<Routes["findUserByTwitchUsername"]> = (deps, { appId, body }) =>
  answerNamed(deps, appId, "twitch", body.username);

/** Two clients read two shapes (spec 05 §2): the older one, below `/api/v1`, a page; the newer one a user. */
export const searchUsers: RouteHandler<Routes["searchUsers"]> = async (deps, { request, appId, body }) => {
  const found =
    "searchTerm" in body ? await searchTerm(deps, appId, body.searchTerm) : await findAll(deps, appId, body);
  if (request.path.replace(/^\/+/, "").startsWith("api/")) {
    const data = await Promise.all(found.slice(0, SEARCH_MAX).map((user) => viewUser(deps.storage, user)));
    return { status: 200, body: { data, next_cursor: null } };
  }
  return answerUser(deps, found[0]);
};

async function searchTerm(deps: Deps, appId: string, term: string): Promise<StoredUser[]> {
  const search = { idPrefix: fullUserId(term), accountPrefixes: searchPrefixes(term) };
  const found = await deps.storage.searchUsers(appId, search, SEARCH_MAX);
  if (found.length > 0) return found;
  const owner = await findUserOfWallet(deps, appId, term);
  return owner === undefined ? [] : [owner];
}

type Handles = {
  emails?: string[] | undefined;
  phoneNumbers?: string[] | undefined;
  walletAddresses?: string[] | undefined;
};

async function findAll(deps: Deps, appId: string, handles: Handles): Promise<StoredUser[]> {
  const { emails = [], phoneNumbers = [], walletAddresses = [] } = handles;
  const found = await Promise.all([
    ...emails.map((address) => deps.storage.findUserByAccount(appId, `email:${address.toLowerCase()}`)),
    ...phoneNumbers.map((number) => deps.storage.findUserByAccount(appId, `phone:${number}`)),
    ...walletAddresses.map((address) => findUserOfWallet(deps, appId, address)),
  ]);
  const byId = new Map(found.filter((user) => user !== undefined).map((user) => [user.id, user]));
  return [...byId.values()];
}

async function answerAccount(deps: Deps, appId: string, account: string): Promise<HttpResponse> {
  return answerUser(deps, await deps.storage.findUserByAccount(appId, account));
}

async function answerNamed(deps: Deps, appId: string, provider: NamedProvider, name: string): Promise<HttpResponse> {
  // No user id begins with a dash.
  const search = { idPrefix: "-", accountPrefixes: [namePrefix(provider, name)] };
  const [user] = await deps.storage.searchUsers(appId, search, 1);
  return answerUser(deps, user);
}

async function answerUser(deps: Deps, user: StoredUser | undefined): Promise<HttpResponse> {
  if (user === undefined) throw new ApiError("user_does_not_exist");
  return { status: 200, body: await viewUser(deps.storage, user) };
}
