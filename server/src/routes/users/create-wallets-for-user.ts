import type { userRoutes } from "@mandate/contract/users";
import { ApiError } from "../../api-error.ts";
import type { RouteHandler } from "../handler.ts";
import { addWallets } from "./create-user-wallets.ts";

export const createWalletsForUser: RouteHandler<typeof userRoutes.createWalletsForUser> = async (
  deps,
  { request, appId, params, body },
) => {
  if (params.app_id !== appId) throw new ApiError("not_found");
  return addWallets(deps, request, appId, body.user_id);
};
