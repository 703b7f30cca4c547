import { z } from "zod";
import { named } from "./components.ts";
import { anyObject, pageOf, pageQuery, pathId, recordId, successResponse, text, timestamp } from "./fields.ts";
import { defineRoute, teamRoles } from "./route.ts";

/** Who works with this server's dashboard: how they sign in, what they may do, what they did. */

const role = named("TeamRole", z.enum(teamRoles), "Least first; each may do all that those before it may.");
const email = z.email().max(254);
const token = z.string().regex(/^[A-Za-z0-9_-]{43}$/, "A token has 43 letters, digits, dashes and underscores");
const publicRoute = { caller: "public", authorization: "none", idempotent: false } as const;
const viewerRoute = { caller: "team", role: "viewer", authorization: "none", idempotent: false } as const;
const adminRoute = { caller: "team", role: "admin", authorization: "none", idempotent: false } as const;

export const teamMember = named(
  "TeamMember",
  z.object({
    id: z.string(),
    name: z.string(),
    email: z.string().nullable(),
    role,
    created_at: timestamp,
    last_seen_at: timestamp.nullable(),
    passkeys: z.number().int().nonnegative(),
  }),
);

export const teamSession = named(
  "TeamSession",
  z.object({
    id: z.string(),
    member: teamMember,
    signed_in_at: timestamp,
    signed_in_with: z.enum(["link", "email", "passkey", "invitation"]),
    expires_at: timestamp,
    recent_until: timestamp.describe("Until then, acts that ask for a recent sign-in are open"),
  }),
  "The session itself is in an HttpOnly cookie.",
);

const sessionEntry = named(
  "TeamSessionEntry",
  z.object({
    id: z.string(),
    member_id: z.string(),
    signed_in_at: timestamp,
    signed_in_with: z.string(),
    last_seen_at: timestamp,
    expires_at: timestamp,
    user_agent: z.string(),
    remote_address: z.string(),
    current: z.boolean(),
  }),
);

const passkey = named(
  "TeamPasskey",
  z.object({ id: z.string(), name: z.string(), created_at: timestamp, last_used_at: timestamp.nullable() }),
);

const invitation = named(
  "TeamInvitation",
  z.object({
    id: z.string(),
    email: z.string().nullable(),
    role,
    invited_by: z.string(),
    created_at: timestamp,
    expires_at: timestamp,
  }),
);

const newInvitation = named(
  "NewTeamInvitation",
  z.object({ ...invitation.shape, url: z.string().describe("Works once; shown this once") }),
);

export const auditEntry = named(
  "AuditEntry",
  z.object({
    id: z.string(),
    at: timestamp,
    actor: z.object({
      type: z.enum(["member", "operator", "nobody"]),
      member_id: z.string().nullable(),
      name: z.string(),
    }),
    action: z.string().describe("The operation's ID"),
    app_id: z.string().nullable(),
    target: z.string().describe("The path that was called"),
    status: z.number().int(),
    code: z.string().nullable(),
    request_id: z.string(),
    remote_address: z.string(),
  }),
);

const passkeyOptions = named(
  "PasskeyOptions",
  z.object({ challenge_id: z.string(), options: anyObject }),
  "`options` go to `navigator.credentials` (WebAuthn Level 3 §5.1, in its JSON form).",
);

const signedIn = {
  responses: { 200: teamSession },
  errors: ["missing_or_invalid_token", "cross_site_request"],
} as const;

const memberParams = z.strictObject({ member_id: pathId });

export const teamRoutes = {
  createLoginLink: defineRoute({
    id: "createLoginLink",
    method: "POST",
    path: "/operator/v1/login_links",
    summary: "Make a one-time sign-in link; earlier ones end",
    caller: "operator",
    authorization: "none",
    request: { body: named("CreateLoginLinkBody", z.strictObject({ email: email.optional() })) },
    responses: {
      200: named("LoginLink", z.object({ url: z.string(), expires_at: timestamp })),
    },
    errors: ["not_found", "feature_not_enabled"],
    idempotent: false,
  }),
  getSignInMethods: defineRoute({
    ...publicRoute,
    id: "getSignInMethods",
    method: "GET",
    path: "/operator/v1/session/methods",
    summary: "How members can sign in here",
    request: {},
    responses: {
      200: named("TeamSignInMethods", z.object({ email: z.boolean(), passkey: z.boolean(), has_members: z.boolean() })),
    },
    errors: [],
  }),
  signInWithLink: defineRoute({
    ...publicRoute,
    ...signedIn,
    id: "signInWithLink",
    method: "POST",
    path: "/operator/v1/session/link",
    summary: "Sign in with a one-time link; the first one makes the first Admin",
    request: { body: named("SignInWithLinkBody", z.strictObject({ token })) },
    errors: [...signedIn.errors, "resource_conflict"],
  }),
  signInWithInvitation: defineRoute({
    ...publicRoute,
    ...signedIn,
    id: "signInWithInvitation",
    method: "POST",
    path: "/operator/v1/session/invitation",
    summary: "Become a member by an invitation",
    request: { body: named("SignInWithInvitationBody", z.strictObject({ token, name: text(1, 100) })) },
    errors: [...signedIn.errors, "resource_conflict"],
  }),
  requestSignInCode: defineRoute({
    ...publicRoute,
    id: "requestSignInCode",
    method: "POST",
    path: "/operator/v1/session/email",
    summary: "Send a sign-in code by email; answers alike whether or not there is such a member",
    request: { body: named("RequestSignInCodeBody", z.strictObject({ email })) },
    responses: { 200: successResponse },
    errors: ["cross_site_request", "feature_not_enabled"],
  }),
  signInWithEmail: defineRoute({
    ...publicRoute,
    ...signedIn,
    id: "signInWithEmail",
    method: "POST",
    path: "/operator/v1/session/email/verify",
    summary: "Sign in with the code",
    request: {
      body: named("SignInWithEmailBody", z.strictObject({ email, code: z.string().regex(/^[0-9]{6}$/) })),
    },
  }),
  getPasskeySignInOptions: defineRoute({
    ...publicRoute,
    id: "getPasskeySignInOptions",
    method: "POST",
    path: "/operator/v1/session/passkey/options",
    summary: "Begin signing in with a passkey",
    request: {},
    responses: { 200: passkeyOptions },
    errors: ["cross_site_request", "feature_not_enabled"],
  }),
  signInWithPasskey: defineRoute({
    ...publicRoute,
    ...signedIn,
    id: "signInWithPasskey",
    method: "POST",
    path: "/operator/v1/session/passkey",
    summary: "Sign in with a passkey",
    request: {
      body: named("SignInWithPasskeyBody", z.strictObject({ challenge_id: recordId, response: anyObject })),
    },
  }),
  getTeamSession: defineRoute({
    ...viewerRoute,
    id: "getTeamSession",
    method: "GET",
    path: "/operator/v1/session",
    summary: "Who is signed in",
    request: {},
    responses: { 200: teamSession },
    errors: [],
  }),
  signOut: defineRoute({
    ...viewerRoute,
    id: "signOut",
    method: "DELETE",
    path: "/operator/v1/session",
    summary: "Sign out",
    request: {},
    responses: { 204: null },
    errors: [],
  }),
  updateMe: defineRoute({
    ...viewerRoute,
    id: "updateMe",
    method: "PATCH",
    path: "/operator/v1/me",
    summary: "Change your own name",
    request: { body: named("UpdateMeBody", z.strictObject({ name: text(1, 100) })) },
    responses: { 200: teamMember },
    errors: ["resource_conflict"],
  }),
  requestMyEmailCode: defineRoute({
    ...viewerRoute,
    id: "requestMyEmailCode",
    method: "POST",
    path: "/operator/v1/me/email",
    summary: "Send a code to an address that is to be yours",
    recentSignIn: true,
    request: { body: named("RequestMyEmailCodeBody", z.strictObject({ email })) },
    responses: { 200: successResponse },
    errors: ["feature_not_enabled"],
  }),
  setMyEmail: defineRoute({
    ...viewerRoute,
    id: "setMyEmail",
    method: "POST",
    path: "/operator/v1/me/email/verify",
    summary: "Set your own email address with the code",
    recentSignIn: true,
    request: { body: named("SetMyEmailBody", z.strictObject({ email, code: z.string().regex(/^[0-9]{6}$/) })) },
    responses: { 200: teamMember },
    errors: ["missing_or_invalid_token", "resource_already_exists", "resource_conflict"],
  }),
  listMyPasskeys: defineRoute({
    ...viewerRoute,
    id: "listMyPasskeys",
    method: "GET",
    path: "/operator/v1/me/passkeys",
    summary: "List your own passkeys",
    request: {},
    responses: { 200: named("TeamPasskeyList", z.object({ data: z.array(passkey) })) },
    errors: [],
  }),
  getPasskeyOptions: defineRoute({
    ...viewerRoute,
    id: "getPasskeyOptions",
    method: "POST",
    path: "/operator/v1/me/passkeys/options",
    summary: "Begin adding a passkey",
    recentSignIn: true,
    request: {},
    responses: { 200: passkeyOptions },
    errors: ["feature_not_enabled"],
  }),
  createPasskey: defineRoute({
    ...viewerRoute,
    id: "createPasskey",
    method: "POST",
    path: "/operator/v1/me/passkeys",
    summary: "Add a passkey",
    recentSignIn: true,
    request: {
      body: named(
        "CreatePasskeyBody",
        z.strictObject({ challenge_id: recordId, name: text(1, 100), response: anyObject }),
      ),
    },
    responses: { 200: passkey },
    errors: ["missing_or_invalid_token"],
  }),
  deletePasskey: defineRoute({
    ...viewerRoute,
    id: "deletePasskey",
    method: "DELETE",
    path: "/operator/v1/me/passkeys/{passkey_id}",
    summary: "Remove one of your own passkeys",
    recentSignIn: true,
    request: { params: z.strictObject({ passkey_id: text(1, 1024) }) },
    responses: { 204: null },
    errors: ["not_found"],
  }),
  listTeamSessions: defineRoute({
    ...viewerRoute,
    id: "listTeamSessions",
    method: "GET",
    path: "/operator/v1/sessions",
    summary: "List your own sessions; an Admin may name another member",
    request: { query: z.strictObject({ member_id: text(1, 64).optional() }) },
    responses: { 200: named("TeamSessionList", z.object({ data: z.array(sessionEntry) })) },
    errors: [],
  }),
  revokeTeamSession: defineRoute({
    ...viewerRoute,
    id: "revokeTeamSession",
    method: "DELETE",
    path: "/operator/v1/sessions/{session_id}",
    summary: "End one of your own sessions; an Admin may end any",
    request: { params: z.strictObject({ session_id: pathId }) },
    responses: { 204: null },
    errors: ["not_found"],
  }),
  listMembers: defineRoute({
    ...viewerRoute,
    id: "listMembers",
    method: "GET",
    path: "/operator/v1/members",
    summary: "List the members of the team",
    request: {},
    responses: { 200: named("TeamMemberList", z.object({ data: z.array(teamMember) })) },
    errors: [],
  }),
  updateMember: defineRoute({
    ...adminRoute,
    id: "updateMember",
    method: "PATCH",
    path: "/operator/v1/members/{member_id}",
    summary: "Change a member's role; the last Admin stays one",
    recentSignIn: true,
    request: { params: memberParams, body: named("UpdateMemberBody", z.strictObject({ role })) },
    responses: { 200: teamMember },
    errors: ["not_found", "invalid_state", "resource_conflict"],
  }),
  removeMember: defineRoute({
    ...adminRoute,
    id: "removeMember",
    method: "DELETE",
    path: "/operator/v1/members/{member_id}",
    summary: "Remove a member and end the member's sessions",
    recentSignIn: true,
    request: { params: memberParams },
    responses: { 204: null },
    errors: ["not_found", "invalid_state", "resource_conflict"],
  }),
  listInvitations: defineRoute({
    ...adminRoute,
    id: "listInvitations",
    method: "GET",
    path: "/operator/v1/invitations",
    summary: "List open invitations",
    request: {},
    responses: { 200: named("TeamInvitationList", z.object({ data: z.array(invitation) })) },
    errors: [],
  }),
  createInvitation: defineRoute({
    ...adminRoute,
    id: "createInvitation",
    method: "POST",
    path: "/operator/v1/invitations",
    summary: "Invite somebody; the link is in the answer, and is sent when an address is given and mail is set up",
    recentSignIn: true,
    request: { body: named("CreateInvitationBody", z.strictObject({ email: email.optional(), role })) },
    responses: { 200: newInvitation },
    errors: ["resource_already_exists"],
  }),
  revokeInvitation: defineRoute({
    ...adminRoute,
    id: "revokeInvitation",
    method: "DELETE",
    path: "/operator/v1/invitations/{invitation_id}",
    summary: "Take an invitation back",
    request: { params: z.strictObject({ invitation_id: pathId }) },
    responses: { 204: null },
    errors: ["not_found"],
  }),
  listAudit: defineRoute({
    ...adminRoute,
    id: "listAudit",
    method: "GET",
    path: "/operator/v1/audit",
    summary: "Who did what, newest first",
    request: {
      query: z.strictObject({ ...pageQuery, member_id: text(1, 64).optional(), app_id: text(1, 64).optional() }),
    },
    responses: { 200: named("AuditPage", pageOf(auditEntry)) },
    errors: [],
  }),
};
