import type { LoginFacts } from "@mandate/signer/protocol";
import { ApiError } from "../api-error.ts";
import type { AppSettings } from "../apps/app-settings.ts";
import { decideAndCommit, jsonAnswer } from "../authority/decide-and-commit.ts";
import type { Deps } from "../deps.ts";
import type { HttpRequest } from "../http/request.ts";
import type { HttpResponse } from "../http/response.ts";
import type { PutUser, RecordKey, StoredUser } from "../storage/storage.ts";
import type { LinkedAccountView } from "../views/linked-account.ts";
import { accountsOf, readProfile, type UserProfile, viewUser } from "../views/user.ts";
import { assertAllowlisted } from "./allowlist.ts";
import { identityClaims } from "./identity-claims.ts";
import { makeSessionId, startSession } from "./sessions.ts";

/** Somebody who proves to hold an account, and what the account looks like. */
export type ProvedLogin = {
  /** `<account type>:<handle>` */
  identity: string;
  /** Undefined for guests, who have no account to show. */
  account: { type: string; [member: string]: unknown } | undefined;
  facts?: Pick<LoginFacts, "attested" | "nonce" | "oauth">;
  jwks?: unknown;
};

type SignedIn = { user_id: string; access_token: string; identity_token: string | null; is_new_user: boolean };

/**
 * Signs in: the signer verifies what it can of the proof, finds or makes the user and issues the token; profile and
 * session are the server's. Two first sign-ins at the same moment make one user.
 */
export async function completeLogin(
  deps: Deps,
  request: HttpRequest,
  app: AppSettings,
  login: ProvedLogin,
): Promise<HttpResponse> {
  await assertAllowlisted(deps, app.id, login);
  try {
    return await signIn(deps, request, app, login);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== "linked_to_another_user") throw error;
    return signIn(deps, request, app, login);
  }
}

async function signIn(deps: Deps, request: HttpRequest, app: AppSettings, login: ProvedLogin): Promise<HttpResponse> {
  const nowS = Math.floor(deps.nowMs() / 1000);
  const known = await deps.storage.findUserByAccount(app.id, login.identity);
  const profile = known === undefined ? newProfile(login, nowS) : touchProfile(readProfile(known), login, nowS);
  const sessionId = makeSessionId();
  const records: RecordKey[] = known === undefined ? [] : [{ type: "user", id: known.id }];
  const { accepted } = await decideAndCommit(deps, request, {
    appId: app.id,
    records,
    idempotent: false,
    login: {
      sessionId,
      ...login.facts,
      ...(app.identityTokens ? { identity: await identityClaims(deps, app.id, known, profile) } : {}),
    },
    ...(login.jwks === undefined ? {} : { jwks: login.jwks }),
    // Never stored with the commit: it would be a token at rest.
    answer: () => jsonAnswer(null),
    consumed: usedBefore(),
    extend: (decision) => ({ putUsers: [toPutUser(deps, known, decision.result as SignedIn, profile)] }),
  });
  if (accepted === undefined) throw new Error("a sign-in was taken for a repetition");
  const { user_id: id, access_token, identity_token, is_new_user } = accepted.result as SignedIn;
  const refreshToken = await startSession(deps, app.id, { id: sessionId, userId: id }, app.refreshTokenSeconds);
  const user = await deps.storage.findUser(app.id, id);
  if (user === undefined) throw new ApiError("user_does_not_exist");
  return {
    status: 200,
    body: {
      user: await viewUser(deps.storage, user),
      token: access_token,
      privy_access_token: access_token,
      refresh_token: refreshToken,
      identity_token,
      is_new_user,
      session_update_action: "set",
    },
  };
}

function toPutUser(deps: Deps, known: StoredUser | undefined, { user_id }: SignedIn, profile: UserProfile): PutUser {
  const createdAtMs = known?.createdAtMs ?? deps.nowMs();
  return { id: user_id, createdAtMs, profile: JSON.stringify(profile), accounts: accountsOf(profile) };
}

function newProfile({ identity, account }: ProvedLogin, nowS: number): UserProfile {
  return account === undefined
    ? { linked_accounts: [], guest: identity }
    : { linked_accounts: [verifiedNow(account, nowS)] };
}

/** Each sign-in says anew that the account is its holder's; what it says besides may have changed. */
export function touchProfile(profile: UserProfile, { identity, account }: ProvedLogin, nowS: number): UserProfile {
  if (account === undefined) return profile;
  const isSame = (one: LinkedAccountView) => accountsOf({ linked_accounts: [one] })[0] === identity;
  return {
    ...profile,
    linked_accounts: profile.linked_accounts.map((one) =>
      isSame(one) ? { ...one, ...account, verified_at: one.verified_at, latest_verified_at: nowS } : one,
    ),
  };
}

/** A proof that may be shown once was shown again. */
export function usedBefore(): ApiError {
  return new ApiError("invalid_credentials", "this proof was used before; start again");
}

export function verifiedNow(account: { type: string }, nowS: number): LinkedAccountView {
  return { ...account, verified_at: nowS, first_verified_at: nowS, latest_verified_at: nowS };
}
