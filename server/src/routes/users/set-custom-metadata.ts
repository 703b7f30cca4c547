import type { userRoutes } from "@mandate/contract/users";
import { ApiError } from "../../api-error.ts";
import { accountHandle } from "../../views/linked-account.ts";
import { readProfile, viewUser } from "../../views/user.ts";
import type { RouteHandler } from "../handler.ts";
import { fullUserId } from "./user-id.ts";

/** Metadata carries no authority and so takes no decision; it changes only while the user exists. */
export const setCustomMetadata: RouteHandler<typeof userRoutes.setCustomMetadata> = async (
  deps,
  { appId, params, body },
) => {
  const id = fullUserId(params.user_id);
  const [user, record] = await Promise.all([
    deps.storage.findUser(appId, id),
    deps.storage.findRecord(appId, { type: "user", id }),
  ]);
  if (user === undefined || record === undefined) throw new ApiError("user_does_not_exist");
  const { custom_metadata: _before, ...kept } = readProfile(user);
  const profile = JSON.stringify({ ...kept, custom_metadata: body.custom_metadata });
  const result = await deps.storage.commit({
    appId,
    expect: [{ type: "user", id, version: record.version }],
    put: [],
    putUsers: [{ id, createdAtMs: user.createdAtMs, profile, accounts: kept.linked_accounts.map(accountHandle) }],
  });
  if (!result.ok) throw new ApiError("resource_conflict");
  return { status: 200, body: await viewUser(deps.storage, { ...user, profile }) };
};
