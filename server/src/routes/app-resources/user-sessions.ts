import type { appResourceRoutes } from "@mandate/contract/app-resources";
import { ApiError } from "../../api-error.ts";
import type { Deps } from "../../deps.ts";
import type { HttpRequest } from "../../http/request.ts";
import { revokeSessionKeys } from "../../login/revoke-session-keys.ts";
import { endSession, findSession, listSessions, SESSIONS_MAX, type Session } from "../../login/sessions.ts";
import type { RouteHandler } from "../handler.ts";
import { fullUserId } from "../users/user-id.ts";
import { requireApp } from "./for-team.ts";

export const listAppUserSessions: RouteHandler<typeof appResourceRoutes.listAppUserSessions> = async (
  deps,
  { params },
) => {
  const userId = await requireUser(deps, params.app_id, params.user_id);
  const sessions = await listSessions(deps, params.app_id, userId);
  const data = sessions.map(({ id, createdAtMs, refreshedAtMs, expiresAtMs }) => ({
    id,
    created_at: createdAtMs,
    refreshed_at: refreshedAtMs,
    expires_at: expiresAtMs,
  }));
  return { status: 200, body: { data } };
};

export const endAppUserSession: RouteHandler<typeof appResourceRoutes.endAppUserSession> = async (
  deps,
  { request, params },
) => {
  const { app_id: appId, session_id: id } = params;
  const userId = await requireUser(deps, appId, params.user_id);
  const session = await findSession(deps, appId, id);
  if (session?.userId !== userId) throw new ApiError("not_found");
  await end(deps, request, appId, session);
  return { status: 200, body: { success: true } };
};

export const endAppUserSessions: RouteHandler<typeof appResourceRoutes.endAppUserSessions> = async (
  deps,
  { request, params },
) => {
  const appId = params.app_id;
  const userId = await requireUser(deps, appId, params.user_id);
  let ended = 0;
  for (;;) {
    const sessions = await listSessions(deps, appId, userId);
    for (const { id } of sessions) await end(deps, request, appId, { id, userId });
    ended += sessions.length;
    if (sessions.length < SESSIONS_MAX) return { status: 200, body: { ended } };
  }
};

/** The session first: whoever asks for a key afterwards is refused, and the keys of before are ended then. */
async function end(deps: Deps, { team: _, ...request }: HttpRequest, appId: string, session: Session): Promise<void> {
  await endSession(deps, appId, session.id);
  // As when the user logs out: the signer takes the end of a session from the API, whoever asked for it.
  await revokeSessionKeys(deps, request, appId, session);
}

async function requireUser(deps: Deps, appId: string, id: string): Promise<string> {
  await requireApp(deps, appId);
  const user = await deps.storage.findUser(appId, fullUserId(id));
  if (user === undefined) throw new ApiError("user_does_not_exist");
  return user.id;
}
