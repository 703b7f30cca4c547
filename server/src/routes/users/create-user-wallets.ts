import type { userRoutes } from "@mandate/contract/users";
import { ApiError } from "../../api-error.ts";
import { decideAndCommit, jsonAnswer } from "../../authority/decide-and-commit.ts";
import type { Deps } from "../../deps.ts";
import type { HttpRequest } from "../../http/request.ts";
import type { HttpResponse } from "../../http/response.ts";
import { viewUser } from "../../views/user.ts";
import type { RouteHandler } from "../handler.ts";
import { fullUserId } from "./user-id.ts";

export const createUserWallets: RouteHandler<typeof userRoutes.createUserWallets> = async (
  deps,
  { request, appId, params },
) => addWallets(deps, request, appId, fullUserId(params.user_id));

/** Which wallets, the signer reads from the request itself. */
export async function addWallets(deps: Deps, request: HttpRequest, appId: string, id: string): Promise<HttpResponse> {
  const user = await deps.storage.findUser(appId, id);
  if (user === undefined) throw new ApiError("user_does_not_exist");
  await decideAndCommit(deps, request, {
    appId,
    target: { key: { type: "user", id }, missing: "user_does_not_exist" },
    records: [],
    idempotent: false,
    answer: () => jsonAnswer(null),
  });
  return { status: 200, body: await viewUser(deps.storage, user) };
}
