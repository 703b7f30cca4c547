import type { userRoutes } from "@mandate/contract/users";
import { ApiError } from "../../api-error.ts";
import { viewUser } from "../../views/user.ts";
import type { RouteHandler } from "../handler.ts";
import { fullUserId } from "./user-id.ts";

export const getUser: RouteHandler<typeof userRoutes.getUser> = async (deps, { appId, params }) => {
  const user = await deps.storage.findUser(appId, fullUserId(params.user_id));
  if (user === undefined) throw new ApiError("user_does_not_exist");
  return { status: 200, body: await viewUser(deps.storage, user) };
};
