import { type Route, type TeamRole, teamRoles } from "@mandate/contract/route";
import { ApiError } from "../api-error.ts";
import { authenticateOperator } from "../authenticate/operator.ts";
import type { Deps } from "../deps.ts";
import type { HttpRequest } from "../http/request.ts";
import { readSessionCookie } from "./cookie.ts";
import { findMember, type Member } from "./members.ts";
import { assertOwnPage, isSecure } from "./origin.ts";
import { findSession, RECENT_MS, type Session } from "./sessions.ts";

/** Who calls an operation of the team. */
export type TeamCaller = { type: "operator" } | { type: "member"; member: Member; session: Session };

const TITLES: { readonly [role in TeamRole]: string } = { viewer: "Viewer", developer: "Developer", admin: "Admin" };

/** The operator by the token, or a member by a session with the role that the route asks for. */
export async function authenticateTeam(deps: Deps, route: Route, request: HttpRequest): Promise<TeamCaller> {
  if (request.headers.authorization !== undefined) {
    authenticateOperator(deps, request);
    return { type: "operator" };
  }
  assertDashboard(deps);
  const caller = await findSessionCaller(deps, request);
  if (caller === undefined)
    throw new ApiError("invalid_credentials", "sign in to the dashboard, or send the operator token");
  assertOwnPage(deps.config, request);
  const role = route.role ?? "admin";
  if (!hasRole(caller.member, role)) {
    throw new ApiError(
      "insufficient_role",
      `this needs the role ${TITLES[role]}; yours is ${TITLES[caller.member.role]}`,
    );
  }
  if (route.recentSignIn === true && deps.nowMs() - caller.session.signedInAtMs >= RECENT_MS) {
    throw new ApiError("recent_sign_in_required");
  }
  return caller;
}

export function hasRole(member: Member, role: TeamRole): boolean {
  return teamRoles.indexOf(member.role) >= teamRoles.indexOf(role);
}

export function isAdmin({ team }: HttpRequest): boolean {
  return team?.type === "operator" || (team?.type === "member" && hasRole(team.member, "admin"));
}

export function assertDashboard(deps: Deps): void {
  if (!deps.config.dashboard) {
    throw new ApiError("feature_not_enabled", "this server runs without a dashboard (MANDATE_DASHBOARD=0)");
  }
}

/** The role is the member's of this moment: a change of it, or a removal, counts from the next request on. */
async function findSessionCaller(
  deps: Deps,
  request: HttpRequest,
): Promise<{ type: "member"; member: Member; session: Session } | undefined> {
  const token = readSessionCookie(request.headers.cookie, isSecure(deps.config, request));
  const session = token === undefined ? undefined : await findSession(deps.documents, token, deps.nowMs());
  const member = session === undefined ? undefined : await findMember(deps.documents, session.memberId);
  return session === undefined || member === undefined ? undefined : { type: "member", member, session };
}
