import type { appRoutes } from "@mandate/contract/apps";
import { ApiError } from "../../api-error.ts";
import {
  type AllowlistEntry,
  addToAllowlist as add,
  listAllowlist as list,
  removeFromAllowlist as remove,
} from "../../login/allowlist.ts";
import type { RouteHandler } from "../handler.ts";

export const listAllowlist: RouteHandler<typeof appRoutes.listAllowlist> = async (deps, { appId, params }) => {
  assertOwn(appId, params.app_id);
  return { status: 200, body: (await list(deps, appId)).map((entry) => view(entry, appId)) };
};

export const addToAllowlist: RouteHandler<typeof appRoutes.addToAllowlist> = async (deps, { appId, params, body }) => {
  assertOwn(appId, params.app_id);
  return { status: 200, body: view(await add(deps, appId, body.type, body.value), appId) };
};

export const removeFromAllowlist: RouteHandler<typeof appRoutes.removeFromAllowlist> = async (
  deps,
  { appId, params, body },
) => {
  assertOwn(appId, params.app_id);
  if (!(await remove(deps, appId, body.type, body.value))) throw new ApiError("not_found");
  return { status: 200, body: { message: "Successfully deleted from allowlist" } };
};

function assertOwn(appId: string, named: string): void {
  if (appId !== named) throw new ApiError("not_found");
}

function view({ id, type, value, acceptedAtMs }: AllowlistEntry, appId: string) {
  return { id, type, value, appId, acceptedAt: acceptedAtMs };
}
