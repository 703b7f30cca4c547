import type { appRoutes } from "@mandate/contract/apps";
import { ApiError } from "../../api-error.ts";
import { viewApp } from "../../views/app.ts";
import type { RouteHandler } from "../handler.ts";

export const getApp: RouteHandler<typeof appRoutes.getApp> = async (deps, { appId, params }) => {
  const record = params.app_id === appId ? await deps.storage.findRecord(appId, { type: "app", id: appId }) : undefined;
  if (record === undefined) throw new ApiError("not_found");
  return { status: 200, body: viewApp(record.sealed) };
};
