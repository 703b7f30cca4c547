import type { teamRoutes } from "@mandate/contract/team";
import { ApiError } from "../../api-error.ts";
import type { Deps } from "../../deps.ts";
import { findMemberByEmail, listMembers } from "../../team/members.ts";
import { listOneTimeTokens, makeOneTimeToken, revokeOneTimeToken } from "../../team/one-time-tokens.ts";
import { dashboardOrigins } from "../../team/origin.ts";
import { assertDashboard } from "../../team/team-caller.ts";
import { LOGIN_LINK_MS, type LoginLinkFacts } from "../../team/tokens.ts";
import type { RouteHandler } from "../handler.ts";

/** The token stands behind `#`, which browsers send to nobody: it is in no log and no `Referer`. */
export const createLoginLink: RouteHandler<typeof teamRoutes.createLoginLink> = async (deps, { body }) => {
  assertDashboard(deps);
  const nowMs = deps.nowMs();
  const facts = await chooseMember(deps, body.email);
  for (const { id } of await listOneTimeTokens(deps.documents, "login_link", nowMs)) {
    await revokeOneTimeToken(deps.documents, "login_link", id);
  }
  const link = await makeOneTimeToken(deps.documents, "login_link", facts, nowMs, LOGIN_LINK_MS);
  const url = `${dashboardOrigins(deps.config)[0]}/login#link=${link.token}`;
  return { status: 200, body: { url, expires_at: link.expiresAtMs } };
};

/** The member of that address, else the Admin who is there longest, else the first Admin to be. */
async function chooseMember(deps: Deps, email: string | undefined): Promise<LoginLinkFacts> {
  if (email !== undefined) {
    const member = await findMemberByEmail(deps.documents, email);
    if (member === undefined) throw new ApiError("not_found", "no member has this email address");
    return { memberId: member.id };
  }
  const admin = (await listMembers(deps.documents)).find((member) => member.role === "admin");
  return { memberId: admin?.id ?? null };
}
