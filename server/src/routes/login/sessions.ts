import type { loginRoutes } from "@mandate/contract/login";
import { ApiError } from "../../api-error.ts";
import type { AppSettings } from "../../apps/app-settings.ts";
import { verifyAccessToken } from "../../authenticate/access-token.ts";
import { decideAndCommit, jsonAnswer } from "../../authority/decide-and-commit.ts";
import type { Deps } from "../../deps.ts";
import { identityClaims } from "../../login/identity-claims.ts";
import { revokeSessionKeys } from "../../login/revoke-session-keys.ts";
import { endSession, endSessionOf, refresh } from "../../login/sessions.ts";
import type { StoredUser } from "../../storage/storage.ts";
import { accountsOf, readProfile, viewUser } from "../../views/user.ts";
import type { RouteHandler } from "../handler.ts";

/** A new access token. Repeating it is safe: the token that was just replaced still gets the current one for a while. */
export const refreshSession: RouteHandler<typeof loginRoutes.refreshSession> = async (deps, call) => {
  const { request, app, body } = call;
  const token = body.refresh_token ?? "";
  const refreshed = await refresh(deps, app.id, token, app.refreshTokenSeconds);
  if (!refreshed.ok) throw new ApiError("missing_or_invalid_token", "the session has ended; sign in again");
  const { session, refreshToken } = refreshed;
  const user = await deps.storage.findUser(app.id, session.userId);
  if (user === undefined) throw new ApiError("missing_or_invalid_token", "the user of this session was deleted");
  const { accepted } = await decideAndCommit(deps, request, {
    appId: app.id,
    records: [{ type: "user", id: user.id }],
    idempotent: false,
    login: { sessionId: session.id, userId: user.id, ...(await identityOf(deps, app, user)) },
    answer: () => jsonAnswer(null),
  });
  const { access_token, identity_token } = accepted!.result as { access_token: string; identity_token: string | null };
  return {
    status: 200,
    body: {
      user: await viewUser(deps.storage, user),
      token: access_token,
      privy_access_token: access_token,
      refresh_token: refreshToken,
      identity_token,
      session_update_action: "set",
    },
  };
};

/** The session ends first, then its keys: whoever asks for a key in between is refused. */
export const logOut: RouteHandler<typeof loginRoutes.logOut> = async (deps, { request, app, body }) => {
  const bearer = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
  const named = bearer === undefined ? undefined : await verifyAccessToken(deps, app, bearer);
  const ended = [
    body.refresh_token == null ? undefined : await endSessionOf(deps, app.id, body.refresh_token),
    named === undefined ? undefined : await endSession(deps, app.id, named.sessionId),
  ];
  for (const session of ended) if (session !== undefined) await revokeSessionKeys(deps, request, app.id, session);
  return { status: 200, body: { success: true } };
};

export const getMe: RouteHandler<typeof loginRoutes.getMe> = async (deps, { request, app, user: caller }) => {
  const user = await deps.storage.findUser(app.id, caller!.id);
  if (user === undefined) throw new ApiError("user_does_not_exist");
  const shown = await viewUser(deps.storage, user);
  if (!app.identityTokens) return { status: 200, body: { user: shown, identity_token: null } };
  const { accepted } = await decideAndCommit(deps, request, {
    appId: app.id,
    records: [{ type: "user", id: user.id }],
    idempotent: false,
    login: { sessionId: caller!.sessionId, ...(await identityOf(deps, app, user)) },
    answer: () => jsonAnswer(null),
  });
  return { status: 200, body: { user: shown, identity_token: accepted!.result!.identity_token } };
};

export const acceptTerms: RouteHandler<typeof loginRoutes.acceptTerms> = async (deps, { app, user: caller }) => {
  const { id } = caller!;
  const [user, record] = await Promise.all([
    deps.storage.findUser(app.id, id),
    deps.storage.findRecord(app.id, { type: "user", id }),
  ]);
  if (user === undefined || record === undefined) throw new ApiError("user_does_not_exist");
  const profile = { ...readProfile(user), has_accepted_terms: true as const };
  const text = JSON.stringify(profile);
  const result = await deps.storage.commit({
    appId: app.id,
    expect: [{ type: "user", id, version: record.version }],
    put: [],
    putUsers: [{ id, createdAtMs: user.createdAtMs, profile: text, accounts: accountsOf(profile) }],
  });
  if (!result.ok) throw new ApiError("resource_conflict");
  return { status: 200, body: await viewUser(deps.storage, { ...user, profile: text }) };
};

async function identityOf(deps: Deps, app: AppSettings, user: StoredUser) {
  return app.identityTokens ? { identity: await identityClaims(deps, app.id, user, readProfile(user)) } : {};
}
