import type { Route } from "@mandate/contract/route";
import { ApiError } from "../../api-error.ts";
import type { Deps } from "../../deps.ts";
import type { RouteHandler } from "../handler.ts";

/** The app of the path, which must be there. */
export async function requireApp(deps: Deps, appId: string) {
  const record = await deps.storage.findRecord(appId, { type: "app", id: appId });
  if (record === undefined) throw new ApiError("not_found");
  return record;
}

/** A handler of the public API, called by a member of the team for the app in the path. */
export function forTeam<R extends Route>(handler: RouteHandler<R>): RouteHandler<Route> {
  return async (deps, call) => {
    const { app_id: appId, ...params } = call.params as unknown as { app_id: string };
    await requireApp(deps, appId);
    const request = { ...call.request, params };
    return handler(deps, { ...call, request, appId, params } as unknown as Parameters<RouteHandler<R>>[1]);
  };
}
