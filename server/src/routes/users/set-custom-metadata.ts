import type { userLookupRoutes } from "@mandate/contract/user-lookups";
import type { userRoutes } from "@mandate/contract/users";
import { ApiError } from "../../api-error.ts";
import type { Deps } from "../../deps.ts";
import type { HttpResponse } from "../../http/response.ts";
import { accountsOf, readProfile, type UserProfile, viewUser } from "../../views/user.ts";
import type { RouteHandler } from "../handler.ts";
import { fullUserId } from "./user-id.ts";

type Metadata = NonNullable<UserProfile["custom_metadata"]>;

export const setCustomMetadata: RouteHandler<typeof userRoutes.setCustomMetadata> = (deps, { appId, params, body }) =>
  changeMetadata(deps, appId, params.user_id, () => body.custom_metadata);

export const mergeCustomMetadata: RouteHandler<typeof userLookupRoutes.mergeCustomMetadata> = (
  deps,
  { appId, params, body },
) =>
  changeMetadata(deps, appId, params.user_id, (before) => {
    const merged = { ...before, ...body.custom_metadata };
    if (Object.keys(merged).length > METADATA_MEMBERS_MAX) {
      throw new ApiError("invalid_data", `custom_metadata has at most ${METADATA_MEMBERS_MAX} members`);
    }
    return merged;
  });

const METADATA_MEMBERS_MAX = 100;

/** Metadata carries no authority and so takes no decision; it changes only while the user exists. */
async function changeMetadata(
  deps: Deps,
  appId: string,
  userId: string,
  change: (before: Metadata) => Metadata,
): Promise<HttpResponse> {
  const id = fullUserId(userId);
  const [user, record] = await Promise.all([
    deps.storage.findUser(appId, id),
    deps.storage.findRecord(appId, { type: "user", id }),
  ]);
  if (user === undefined || record === undefined) throw new ApiError("user_does_not_exist");
  const { custom_metadata: before = {}, ...kept } = readProfile(user);
  const profile = JSON.stringify({ ...kept, custom_metadata: change(before) });
  const result = await deps.storage.commit({
    appId,
    expect: [{ type: "user", id, version: record.version }],
    put: [],
    putUsers: [{ id, createdAtMs: user.createdAtMs, profile, accounts: accountsOf(kept) }],
  });
  if (!result.ok) throw new ApiError("resource_conflict");
  return { status: 200, body: await viewUser(deps.storage, { ...user, profile }) };
}
