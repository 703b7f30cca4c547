import type { teamRoutes } from "@mandate/contract/team";
import { ApiError } from "../../api-error.ts";
import type { Deps } from "../../deps.ts";
import type { HttpRequest } from "../../http/request.ts";
import type { HttpResponse } from "../../http/response.ts";
import { auditSignIn } from "../../team/audit-team.ts";
import { clearSessionCookie, makeSessionCookie } from "../../team/cookie.ts";
import { makeCode, takeCode } from "../../team/email-codes.ts";
import {
  addFirstMember,
  addMember,
  findMember,
  findMemberByEmail,
  listMembers,
  type Member,
} from "../../team/members.ts";
import { takeOneTimeToken } from "../../team/one-time-tokens.ts";
import { assertOwnPage, dashboardOriginOf, isSecure } from "../../team/origin.ts";
import { beginSignIn, finishSignIn, type Page, relyingPartyOf } from "../../team/passkeys.ts";
import { endSession, SESSION_MS, type SignInMethod, startSession } from "../../team/sessions.ts";
import { assertDashboard } from "../../team/team-caller.ts";
import type { InvitationFacts, LoginLinkFacts } from "../../team/tokens.ts";
import { viewSession } from "../../team/views.ts";
import type { RouteHandler } from "../handler.ts";

export const getSignInMethods: RouteHandler<typeof teamRoutes.getSignInMethods> = async (deps, { request }) => {
  const members = await listMembers(deps.documents);
  const passkey = relyingPartyOf(pageOf(deps, request)) !== undefined;
  return { status: 200, body: { email: deps.sendMail !== undefined, passkey, has_members: members.length > 0 } };
};

export const signInWithLink: RouteHandler<typeof teamRoutes.signInWithLink> = async (deps, { request, body }) => {
  assertPage(deps, request);
  const nowMs = deps.nowMs();
  const taken = await takeOneTimeToken<LoginLinkFacts>(deps.documents, "login_link", body.token, nowMs);
  if (taken === undefined) throw refusedLink();
  const { memberId } = taken.facts;
  const member =
    memberId === null ? await addFirstMember(deps.documents, nowMs) : await findMember(deps.documents, memberId);
  if (member === undefined) throw refusedLink();
  return signIn(deps, request, member, "link");
};

export const signInWithInvitation: RouteHandler<typeof teamRoutes.signInWithInvitation> = async (
  deps,
  { request, body },
) => {
  assertPage(deps, request);
  const nowMs = deps.nowMs();
  const taken = await takeOneTimeToken<InvitationFacts>(deps.documents, "invitation", body.token, nowMs);
  if (taken === undefined) throw refusedLink();
  const { email, role } = taken.facts;
  const member = await addMember(deps.documents, { name: body.name, email, role }, nowMs);
  return signIn(deps, request, member, "invitation");
};

/** Answers alike whether or not there is such a member, and without waiting for the mail (I22). */
export const requestSignInCode: RouteHandler<typeof teamRoutes.requestSignInCode> = async (deps, { request, body }) => {
  assertPage(deps, request);
  const { sendMail } = deps;
  if (sendMail === undefined)
    throw new ApiError("feature_not_enabled", "this server sends no mail; see docs/dashboard.md");
  const code = await makeCode(deps.documents, body.email, { type: "sign-in" }, deps.nowMs());
  const member = await findMemberByEmail(deps.documents, body.email);
  if (member !== undefined) {
    sendMail({
      to: body.email,
      toTeam: true,
      subject: "Your sign-in code",
      text: `${code} is your code for the Mandate dashboard. It is good for 10 minutes. If you did not ask for it, ignore this mail.\n`,
    }).catch((error: unknown) => {
      deps.log.error("a sign-in code could not be sent", { reason: error instanceof Error ? error.name : "unknown" });
    });
  }
  return { status: 200, body: { success: true } };
};

export const signInWithEmail: RouteHandler<typeof teamRoutes.signInWithEmail> = async (deps, { request, body }) => {
  assertPage(deps, request);
  const isRight = await takeCode(deps.documents, body.email, { type: "sign-in" }, body.code, deps.nowMs());
  const member = isRight ? await findMemberByEmail(deps.documents, body.email) : undefined;
  if (member === undefined) throw new ApiError("missing_or_invalid_token", "the code is wrong or too old");
  return signIn(deps, request, member, "email");
};

export const getPasskeySignInOptions: RouteHandler<typeof teamRoutes.getPasskeySignInOptions> = async (
  deps,
  { request },
) => {
  assertPage(deps, request);
  const { challengeId, options } = await beginSignIn(deps.documents, pageOf(deps, request), deps.nowMs());
  return { status: 200, body: { challenge_id: challengeId, options } };
};

export const signInWithPasskey: RouteHandler<typeof teamRoutes.signInWithPasskey> = async (deps, { request, body }) => {
  assertPage(deps, request);
  const answer = { challengeId: body.challenge_id, response: body.response };
  const memberId = await finishSignIn(deps.documents, pageOf(deps, request), answer, deps.nowMs());
  const member = await findMember(deps.documents, memberId);
  if (member === undefined) throw new ApiError("missing_or_invalid_token", "the passkey's owner is no member any more");
  return signIn(deps, request, member, "passkey");
};

export const signOut: RouteHandler<typeof teamRoutes.signOut> = async (deps, { request }) => {
  if (request.team?.type === "member") await endSession(deps.documents, request.team.session.id);
  return { status: 204, headers: { "set-cookie": clearSessionCookie(isSecure(deps.config, request)) } };
};

/** The page that asks, by its origin; browsers send none where a page only reads from its own host. */
export function pageOf(deps: Deps, request: HttpRequest): Page {
  return { origin: request.headers.origin ?? dashboardOriginOf(deps.config, request) };
}

/** A page of another site must not sign a browser in either: whoever sat there would work in a stranger's account. */
function assertPage(deps: Deps, request: HttpRequest): void {
  assertDashboard(deps);
  assertOwnPage(deps.config, request);
}

async function signIn(
  deps: Deps,
  request: HttpRequest,
  member: Member,
  signedInWith: SignInMethod,
): Promise<HttpResponse> {
  const start = {
    memberId: member.id,
    signedInWith,
    userAgent: request.headers["user-agent"] ?? "",
    remoteAddress: request.remoteAddress,
  };
  // INVARIANT: a session is new at each sign-in; none that was there before gains anything.
  const { session, token } = await startSession(deps.documents, start, deps.nowMs());
  await auditSignIn(deps, request, request.annotations.operation ?? "signIn", member);
  const cookie = makeSessionCookie(token, isSecure(deps.config, request), SESSION_MS / 1000);
  return { status: 200, body: await viewSession(deps, session, member), headers: { "set-cookie": cookie } };
}

function refusedLink(): ApiError {
  return new ApiError(
    "missing_or_invalid_token",
    "the link was used, is too old or was replaced; `npx mandate login-link` prints a new one",
  );
}
