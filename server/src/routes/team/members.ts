import type { teamRoutes } from "@mandate/contract/team";
import { ApiError } from "../../api-error.ts";
import type { HttpRequest } from "../../http/request.ts";
import { listAudit as readAudit } from "../../team/audit.ts";
import {
  changeMember,
  removeMember as dropMember,
  findMemberByEmail,
  listMembers as readMembers,
} from "../../team/members.ts";
import {
  listOneTimeTokens,
  makeOneTimeToken,
  type OneTimeToken,
  revokeOneTimeToken,
} from "../../team/one-time-tokens.ts";
import { dashboardOrigins } from "../../team/origin.ts";
import { listPasskeys, removePasskey } from "../../team/passkeys.ts";
import { endSession, endSessionsOf, findSessionById, listSessions } from "../../team/sessions.ts";
import { isAdmin } from "../../team/team-caller.ts";
import { INVITATION_MS, type InvitationFacts } from "../../team/tokens.ts";
import { viewMember } from "../../team/views.ts";
import type { RouteHandler } from "../handler.ts";
import { readPage, toPage } from "../page.ts";

export const listMembers: RouteHandler<typeof teamRoutes.listMembers> = async (deps) => {
  const members = await readMembers(deps.documents);
  return { status: 200, body: { data: await Promise.all(members.map((member) => viewMember(deps, member))) } };
};

export const updateMember: RouteHandler<typeof teamRoutes.updateMember> = async (deps, { params, body }) => {
  const member = await changeMember(deps.documents, params.member_id, { role: body.role }, deps.nowMs());
  return { status: 200, body: await viewMember(deps, member) };
};

/** First no member any more, so that no session of theirs counts; then the rest. */
export const removeMember: RouteHandler<typeof teamRoutes.removeMember> = async (deps, { params }) => {
  await dropMember(deps.documents, params.member_id, deps.nowMs());
  await endSessionsOf(deps.documents, params.member_id);
  for (const { id } of await listPasskeys(deps.documents, params.member_id)) {
    await removePasskey(deps.documents, params.member_id, id);
  }
  return { status: 204 };
};

export const listTeamSessions: RouteHandler<typeof teamRoutes.listTeamSessions> = async (deps, { request, query }) => {
  const own = request.team?.type === "member" ? request.team : undefined;
  const memberId = query.member_id ?? own?.member.id;
  if (memberId === undefined) throw new ApiError("invalid_data", "name a member: member_id");
  if (memberId !== own?.member.id) requireAdmin(request);
  const sessions = await listSessions(deps.documents, memberId, deps.nowMs());
  const data = sessions.map((session) => ({
    id: session.id,
    member_id: session.memberId,
    signed_in_at: session.signedInAtMs,
    signed_in_with: session.signedInWith,
    last_seen_at: session.lastSeenAtMs,
    expires_at: session.expiresAtMs,
    user_agent: session.userAgent,
    remote_address: session.remoteAddress,
    current: session.id === own?.session.id,
  }));
  return { status: 200, body: { data } };
};

/** Another member's session is answered like none, unless an Admin asks. */
export const revokeTeamSession: RouteHandler<typeof teamRoutes.revokeTeamSession> = async (
  deps,
  { request, params },
) => {
  const session = await findSessionById(deps.documents, params.session_id);
  const isOwn = request.team?.type === "member" && session?.memberId === request.team.member.id;
  if (session === undefined || !(isOwn || isAdmin(request))) throw new ApiError("not_found");
  await endSession(deps.documents, session.id);
  return { status: 204 };
};

export const listInvitations: RouteHandler<typeof teamRoutes.listInvitations> = async (deps) => {
  const invitations = await listOneTimeTokens<InvitationFacts>(deps.documents, "invitation", deps.nowMs());
  return { status: 200, body: { data: invitations.map(viewInvitation) } };
};

export const createInvitation: RouteHandler<typeof teamRoutes.createInvitation> = async (deps, { request, body }) => {
  const email = body.email?.toLowerCase() ?? null;
  if (email !== null && (await findMemberByEmail(deps.documents, email)) !== undefined) {
    throw new ApiError("resource_already_exists", "a member has this email address");
  }
  const invitedBy = request.team?.type === "member" ? request.team.member.name : "Operator";
  const facts: InvitationFacts = { email, role: body.role, invitedBy };
  const made = await makeOneTimeToken(deps.documents, "invitation", facts, deps.nowMs(), INVITATION_MS);
  const url = `${dashboardOrigins(deps.config)[0]}/invitation#token=${made.token}`;
  if (email !== null)
    await deps.sendMail?.({
      to: email,
      toTeam: true,
      subject: "You are invited",
      text: describeInvitation(facts, url),
    });
  return { status: 200, body: { ...viewInvitation(made), url } };
};

export const revokeInvitation: RouteHandler<typeof teamRoutes.revokeInvitation> = async (deps, { params }) => {
  if (!(await revokeOneTimeToken(deps.documents, "invitation", params.invitation_id))) throw new ApiError("not_found");
  return { status: 204 };
};

export const listAudit: RouteHandler<typeof teamRoutes.listAudit> = async (deps, { query }) => {
  const filter = { memberId: query.member_id, appId: query.app_id };
  const page = await readPage(() =>
    readAudit(deps.documents, filter, { cursor: query.cursor, limit: query.limit ?? 50 }),
  );
  return { status: 200, body: toPage(page, (entry) => entry) };
};

function requireAdmin(request: HttpRequest): void {
  if (!isAdmin(request)) throw new ApiError("insufficient_role", "sessions of other members need the role Admin");
}

function viewInvitation({ id, facts, createdAtMs, expiresAtMs }: OneTimeToken<InvitationFacts>) {
  const { email, role, invitedBy } = facts;
  return { id, email, role, invited_by: invitedBy, created_at: createdAtMs, expires_at: expiresAtMs };
}

function describeInvitation({ invitedBy }: InvitationFacts, url: string): string {
  return `${invitedBy} invites you to a Mandate dashboard. This link works once, for seven days:\n\n${url}\n`;
}
