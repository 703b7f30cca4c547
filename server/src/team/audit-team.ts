import type { Route } from "@mandate/contract/route";
import { ApiError } from "../api-error.ts";
import type { Deps } from "../deps.ts";
import type { HttpRequest } from "../http/request.ts";
import type { HttpResponse } from "../http/response.ts";
import { type AuditEntry, recordAudit } from "./audit.ts";
import type { Member } from "./members.ts";

/** Runs an operation of the team and, where it could change something, writes down who asked and what came of it. */
export async function auditTeam(
  deps: Deps,
  route: Route,
  request: HttpRequest,
  run: (request: HttpRequest) => Promise<HttpResponse>,
): Promise<HttpResponse> {
  if (route.method === "GET") return run(request);
  try {
    const answer = await run(request);
    await audit(deps, request, route.id, actorOf(request), answer.status, null);
    return answer;
  } catch (error) {
    const [status, code] = error instanceof ApiError ? [error.status, error.code] : [500, "internal_error"];
    await audit(deps, request, route.id, actorOf(request), status, code);
    throw error;
  }
}

/** A sign-in, by whoever it turned out to be. */
export async function auditSignIn(deps: Deps, request: HttpRequest, action: string, member: Member): Promise<void> {
  await audit(deps, request, action, memberActor(member), 200, null);
}

async function audit(
  deps: Deps,
  request: HttpRequest,
  action: string,
  actor: AuditEntry["actor"],
  status: number,
  code: string | null,
): Promise<void> {
  await recordAudit(deps.documents, {
    at: deps.nowMs(),
    actor,
    action,
    app_id: request.params.app_id ?? null,
    target: request.path.slice(0, 500),
    status,
    code,
    request_id: request.requestId,
    remote_address: request.remoteAddress,
  });
}

function actorOf({ team }: HttpRequest): AuditEntry["actor"] {
  if (team?.type === "member") return memberActor(team.member);
  return { type: "operator", member_id: null, name: "Operator" };
}

function memberActor({ id, name }: Member): AuditEntry["actor"] {
  return { type: "member", member_id: id, name };
}
