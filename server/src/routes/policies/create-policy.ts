import type { policyRoutes } from "@mandate/contract/policies";
import { decideAndCommit, jsonAnswer, toHttpResponse } from "../../authority/decide-and-commit.ts";
import { viewPolicy } from "../../views/policy.ts";
import type { RouteHandler } from "../handler.ts";
import { putOf } from "../put-of.ts";

export const createPolicy: RouteHandler<typeof policyRoutes.createPolicy> = async (deps, { request, appId }) => {
  const { answer } = await decideAndCommit(deps, request, {
    appId,
    records: [],
    idempotent: true,
    answer: (accepted) => jsonAnswer(viewPolicy(putOf(accepted, "policy").sealed)),
  });
  return toHttpResponse(answer);
};
