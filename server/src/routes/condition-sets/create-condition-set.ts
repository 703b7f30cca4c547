import type { conditionSetRoutes } from "@mandate/contract/condition-sets";
import { decideAndCommit, jsonAnswer, toHttpResponse } from "../../authority/decide-and-commit.ts";
import { viewConditionSet } from "../../views/condition-set.ts";
import type { RouteHandler } from "../handler.ts";
import { putOf } from "../put-of.ts";

export const createConditionSet: RouteHandler<typeof conditionSetRoutes.createConditionSet> = async (
  deps,
  { request, appId },
) => {
  const { answer } = await decideAndCommit(deps, request, {
    appId,
    records: [],
    idempotent: false,
    answer: (accepted) => jsonAnswer(viewConditionSet(putOf(accepted, "condition_set").sealed)),
  });
  return toHttpResponse(answer);
};
