import type { userRoutes } from "@mandate/contract/users";
import { decideAndCommit, jsonAnswer, toHttpResponse } from "../../authority/decide-and-commit.ts";
import type { RouteHandler } from "../handler.ts";
import { fullUserId } from "./user-id.ts";

export const deleteUser: RouteHandler<typeof userRoutes.deleteUser> = async (deps, { request, appId, params }) => {
  const id = fullUserId(params.user_id);
  const { answer } = await decideAndCommit(deps, request, {
    appId,
    target: { key: { type: "user", id }, missing: "user_does_not_exist" },
    records: [],
    idempotent: false,
    answer: () => jsonAnswer(undefined, 204),
    extend: () => ({ deleteUsers: [id] }),
  });
  return toHttpResponse(answer);
};
