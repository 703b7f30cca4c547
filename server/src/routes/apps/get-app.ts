import type { appRoutes } from "@mandate/contract/apps";
import { ApiError } from "../../api-error.ts";
import { findApp } from "../../apps/app-settings.ts";
import { isAllowlistOn } from "../../login/allowlist.ts";
import { viewApp } from "../../views/app.ts";
import type { RouteHandler } from "../handler.ts";

/** Public settings only; a browser asks for them before anybody has signed in. */
export const getApp: RouteHandler<typeof appRoutes.getApp> = async (deps, { appId, params }) => {
  const app = params.app_id === appId ? await findApp(deps, appId) : undefined;
  if (app === undefined) throw new ApiError("not_found");
  return { status: 200, body: viewApp(app, await isAllowlistOn(deps, appId)) };
};
