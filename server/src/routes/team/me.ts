import type { teamRoutes } from "@mandate/contract/team";
import { ApiError } from "../../api-error.ts";
import type { HttpRequest } from "../../http/request.ts";
import { makeCode, takeCode } from "../../team/email-codes.ts";
import { changeMember, type Member } from "../../team/members.ts";
import {
  beginRegistration,
  finishRegistration,
  listPasskeys,
  type Passkey,
  removePasskey,
} from "../../team/passkeys.ts";
import type { Session } from "../../team/sessions.ts";
import { viewMember, viewSession } from "../../team/views.ts";
import type { RouteHandler } from "../handler.ts";
import { pageOf } from "./sign-in.ts";

export const getTeamSession: RouteHandler<typeof teamRoutes.getTeamSession> = async (deps, { request }) => {
  const { member, session } = requireMember(request);
  return { status: 200, body: await viewSession(deps, session, member) };
};

export const updateMe: RouteHandler<typeof teamRoutes.updateMe> = async (deps, { request, body }) => {
  const { member } = requireMember(request);
  const changed = await changeMember(deps.documents, member.id, { name: body.name }, deps.nowMs());
  return { status: 200, body: await viewMember(deps, changed) };
};

export const requestMyEmailCode: RouteHandler<typeof teamRoutes.requestMyEmailCode> = async (
  deps,
  { request, body },
) => {
  const { member } = requireMember(request);
  if (deps.sendMail === undefined)
    throw new ApiError("feature_not_enabled", "this server sends no mail; see docs/dashboard.md");
  const code = await makeCode(deps.documents, body.email, { type: "set-email", memberId: member.id }, deps.nowMs());
  await deps.sendMail({
    to: body.email,
    toTeam: true,
    subject: "Confirm your address",
    text: `${code} confirms this address for the Mandate dashboard. It is good for 10 minutes.\n`,
  });
  return { status: 200, body: { success: true } };
};

export const setMyEmail: RouteHandler<typeof teamRoutes.setMyEmail> = async (deps, { request, body }) => {
  const { member } = requireMember(request);
  const purpose = { type: "set-email" as const, memberId: member.id };
  if (!(await takeCode(deps.documents, body.email, purpose, body.code, deps.nowMs()))) {
    throw new ApiError("missing_or_invalid_token", "the code is wrong or too old");
  }
  const changed = await changeMember(deps.documents, member.id, { email: body.email }, deps.nowMs());
  return { status: 200, body: await viewMember(deps, changed) };
};

export const listMyPasskeys: RouteHandler<typeof teamRoutes.listMyPasskeys> = async (deps, { request }) => {
  const { member } = requireMember(request);
  return { status: 200, body: { data: (await listPasskeys(deps.documents, member.id)).map(viewPasskey) } };
};

export const getPasskeyOptions: RouteHandler<typeof teamRoutes.getPasskeyOptions> = async (deps, { request }) => {
  const { member } = requireMember(request);
  const { challengeId, options } = await beginRegistration(deps.documents, pageOf(deps, request), member, deps.nowMs());
  return { status: 200, body: { challenge_id: challengeId, options } };
};

export const createPasskey: RouteHandler<typeof teamRoutes.createPasskey> = async (deps, { request, body }) => {
  const { member } = requireMember(request);
  const answer = { challengeId: body.challenge_id, name: body.name, response: body.response };
  const passkey = await finishRegistration(deps.documents, pageOf(deps, request), member, answer, deps.nowMs());
  return { status: 200, body: viewPasskey(passkey) };
};

export const deletePasskey: RouteHandler<typeof teamRoutes.deletePasskey> = async (deps, { request, params }) => {
  const { member } = requireMember(request);
  if (!(await removePasskey(deps.documents, member.id, params.passkey_id))) throw new ApiError("not_found");
  return { status: 204 };
};

/** The operator's token is nobody in particular. */
export function requireMember({ team }: HttpRequest): { member: Member; session: Session } {
  if (team?.type === "member") return team;
  throw new ApiError("invalid_credentials", "this is about the member who is signed in; the operator's token is none");
}

function viewPasskey({ id, name, createdAtMs, lastUsedAtMs }: Passkey) {
  return { id, name, created_at: createdAtMs, last_used_at: lastUsedAtMs };
}
