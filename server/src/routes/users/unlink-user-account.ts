import type { userRoutes } from "@mandate/contract/users";
import { unlinkAccount } from "../../login/link-account.ts";
import { normalizeAddress } from "../../views/address.ts";
import type { RouteHandler } from "../handler.ts";
import { fullUserId } from "./user-id.ts";

export const unlinkUserAccount: RouteHandler<typeof userRoutes.unlinkUserAccount> = (
  deps,
  { request, appId, params, body },
) => {
  const { type, handle } = body;
  return unlinkAccount(deps, request, { id: appId }, { id: fullUserId(params.user_id) }, nameAccount(type, handle));
};

function nameAccount(type: string, handle: string): string {
  if (type === "email") return `email:${handle.toLowerCase()}`;
  return `${type}:${type === "wallet" ? normalizeAddress(handle) : handle}`;
}
