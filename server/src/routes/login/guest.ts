import { createHash } from "node:crypto";
import type { loginRoutes } from "@mandate/contract/login";
import { ApiError } from "../../api-error.ts";
import { completeLogin } from "../../login/complete-login.ts";
import type { RouteHandler } from "../handler.ts";

export const authenticateAsGuest: RouteHandler<typeof loginRoutes.authenticateAsGuest> = async (
  deps,
  { request, app, body },
) => {
  if (!app.loginMethods.includes("guest")) throw new ApiError("disallowed_login_method");
  const identity = `guest:${createHash("sha256").update(body.guest_credential).digest("hex")}`;
  return completeLogin(deps, request, app, { identity, account: undefined });
};
