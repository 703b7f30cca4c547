import { ApiError } from "../api-error.ts";
import type { AppSettings } from "../apps/app-settings.ts";
import type { SignedInUser } from "../authenticate/access-token.ts";
import { decideAndCommit, jsonAnswer } from "../authority/decide-and-commit.ts";
import type { Deps } from "../deps.ts";
import type { HttpRequest } from "../http/request.ts";
import type { HttpResponse } from "../http/response.ts";
import type { StoredUser } from "../storage/storage.ts";
import { accountHandle } from "../views/linked-account.ts";
import { accountsOf, readProfile, type UserProfile, viewUser } from "../views/user.ts";
import { type ProvedLogin, touchProfile, usedBefore, verifiedNow } from "./complete-login.ts";
import { makeSessionId } from "./sessions.ts";

/** A user may have several of these; of everything else at most one (spec 05 §2). */
const PLURAL: ReadonlySet<string> = new Set(["wallet", "passkey"]);

/** One more way to sign in. The signer verifies the user's token and what it can of the proof. */
export async function linkAccount(
  deps: Deps,
  request: HttpRequest,
  app: AppSettings,
  caller: { id: string },
  login: ProvedLogin & { account: { type: string } },
): Promise<HttpResponse> {
  const owner = await deps.storage.findUserByAccount(app.id, login.identity);
  const isOwn = owner?.id === caller.id;
  const user = await findUser(deps, app.id, caller.id);
  const profile = readProfile(user);
  const nowS = Math.floor(deps.nowMs() / 1000);
  const { account } = login;
  if (!isOwn && !PLURAL.has(account.type)) {
    if (profile.linked_accounts.some(({ type }) => type === account.type))
      throw new ApiError("cannot_link_more_of_type");
  }
  const next: UserProfile = isOwn
    ? touchProfile(profile, login, nowS)
    : { ...profile, linked_accounts: [...profile.linked_accounts, verifiedNow(account, nowS)] };
  return changeUser(deps, request, app, user, next, login, owner);
}

/** Before a code is used up for nothing. */
export async function assertLinked(
  deps: Deps,
  app: AppSettings,
  caller: { id: string },
  identity: string,
): Promise<void> {
  const { linked_accounts } = readProfile(await findUser(deps, app.id, caller.id));
  if (!linked_accounts.some((account) => accountHandle(account) === identity))
    throw new ApiError("linked_account_not_found");
}

/** Puts the account that was proved where another one of its kind is. */
export async function replaceAccount(
  deps: Deps,
  request: HttpRequest,
  app: AppSettings,
  caller: { id: string },
  replaced: string,
  login: ProvedLogin & { account: { type: string } },
): Promise<HttpResponse> {
  const owner = await deps.storage.findUserByAccount(app.id, login.identity);
  const user = await findUser(deps, app.id, caller.id);
  const profile = readProfile(user);
  const account = verifiedNow(login.account, Math.floor(deps.nowMs() / 1000));
  const linked_accounts = profile.linked_accounts.map((one) => (accountHandle(one) === replaced ? account : one));
  return changeUser(deps, request, app, user, { ...profile, linked_accounts }, login, owner);
}

/** By the user, or with `caller` and `facts` of the app's server. */
export async function unlinkAccount(
  deps: Deps,
  request: HttpRequest,
  app: Pick<AppSettings, "id">,
  caller: Pick<SignedInUser, "id">,
  identity: string,
): Promise<HttpResponse> {
  const user = await findUser(deps, app.id, caller.id);
  const profile = readProfile(user);
  const kept = profile.linked_accounts.filter((account) => accountHandle(account) !== identity);
  if (kept.length === profile.linked_accounts.length) {
    const shown = await viewUser(deps.storage, user);
    const isEmbedded = shown.linked_accounts.some((account) => accountHandle(account) === identity);
    throw new ApiError(isEmbedded ? "cannot_unlink_embedded_wallet" : "linked_account_not_found");
  }
  const next = { ...profile, linked_accounts: kept };
  return changeUser(deps, request, app, user, next, { facts: { attested: identity } });
}

/**
 * The signer seals who may sign in as the user; the profile changes in the same commit. Whose the account is already,
 * the signer looks at after the proof: nobody else is told who has an account here.
 */
export async function changeUser(
  deps: Deps,
  request: HttpRequest,
  app: Pick<AppSettings, "id">,
  user: StoredUser,
  profile: UserProfile,
  { facts, jwks }: Pick<ProvedLogin, "facts" | "jwks">,
  owner?: StoredUser,
): Promise<HttpResponse> {
  const { id, createdAtMs } = user;
  const text = JSON.stringify(profile);
  await decideAndCommit(deps, request, {
    appId: app.id,
    target: { key: { type: "user", id }, missing: "user_does_not_exist" },
    records: owner === undefined || owner.id === id ? [] : [{ type: "user", id: owner.id }],
    idempotent: false,
    login: { sessionId: makeSessionId(), ...facts },
    ...(jwks === undefined ? {} : { jwks }),
    answer: () => jsonAnswer(null),
    consumed: usedBefore(),
    extend: () => ({ putUsers: [{ id, createdAtMs, profile: text, accounts: accountsOf(profile) }] }),
  });
  return { status: 200, body: await viewUser(deps.storage, { ...user, profile: text }) };
}

async function findUser(deps: Deps, appId: string, id: string): Promise<StoredUser> {
  const user = await deps.storage.findUser(appId, id);
  if (user === undefined) throw new ApiError("user_does_not_exist");
  return user;
}
