import type { activityRoutes } from "@mandate/contract/activity";
import { ApiError } from "../../api-error.ts";
import type { LoggedRequest } from "../../http/request-log.ts";
import { requireApp } from "../app-resources/for-team.ts";
import type { RouteHandler } from "../handler.ts";

/** The cursor is the request after which to go on; requests that the log has forgotten end the list. */
export const listRequestLogs: RouteHandler<typeof activityRoutes.listRequestLogs> = async (deps, { params, query }) => {
  await requireApp(deps, params.app_id);
  const all = deps.requestLog
    .list(params.app_id)
    .filter((entry) => query.errors_only !== "true" || entry.status >= 400)
    .filter((entry) => query.operation === undefined || entry.operation === query.operation);
  const at = query.cursor === undefined ? -1 : all.findIndex(({ requestId }) => requestId === query.cursor);
  if (query.cursor !== undefined && at === -1)
    throw new ApiError("invalid_data", "cursor is not one that this list returned");
  const limit = query.limit ?? 50;
  const data = all.slice(at + 1, at + 1 + limit);
  const isEnd = at + 1 + limit >= all.length;
  return { status: 200, body: { data: data.map(viewRequest), next_cursor: isEnd ? null : data.at(-1)!.requestId } };
};

export const listRequestErrors: RouteHandler<typeof activityRoutes.listRequestErrors> = async (deps, { params }) => {
  await requireApp(deps, params.app_id);
  const groups = new Map<string, LoggedRequest[]>();
  for (const entry of deps.requestLog.list(params.app_id)) {
    if (entry.status < 400) continue;
    const key = JSON.stringify([entry.operation, entry.status, entry.code]);
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  const data = [...groups.values()]
    .map((entries) => {
      const [last] = entries as [LoggedRequest];
      const { operation, status, code } = last;
      const first = entries.at(-1)!;
      return {
        ...{ operation, status, code, count: entries.length },
        ...{ first_at: first.atMs, last_at: last.atMs, last_request_id: last.requestId },
      };
    })
    .sort((a, b) => b.count - a.count || b.last_at - a.last_at);
  return { status: 200, body: { data } };
};

function viewRequest(entry: LoggedRequest) {
  const { requestId, atMs, method, operation, status, code, durationMs, remoteAddress } = entry;
  return {
    ...{ request_id: requestId, at: atMs, method, operation, status, code },
    ...{ duration_ms: durationMs, remote_address: remoteAddress },
  };
}
