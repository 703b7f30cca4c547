import type { conditionSetRoutes } from "@mandate/contract/condition-sets";
import type { SignerAccepted } from "@mandate/signer/protocol";
import { decideAndCommit, jsonAnswer, toHttpResponse } from "../../authority/decide-and-commit.ts";
import type { Deps } from "../../deps.ts";
import type { HttpRequest } from "../../http/request.ts";
import type { HttpResponse } from "../../http/response.ts";
import { viewConditionSet } from "../../views/condition-set.ts";
import type { RouteHandler } from "../handler.ts";
import { putOf } from "../put-of.ts";

type Routes = typeof conditionSetRoutes;

export const updateConditionSet: RouteHandler<Routes["updateConditionSet"]> = (deps, { request, appId, params }) =>
  change(deps, request, appId, params.condition_set_id, (accepted) =>
    viewConditionSet(putOf(accepted, "condition_set").sealed),
  );

export const deleteConditionSet: RouteHandler<Routes["deleteConditionSet"]> = (deps, { request, appId, params }) =>
  change(deps, request, appId, params.condition_set_id, (accepted) => accepted.result);

export const deleteConditionSetItem: RouteHandler<Routes["deleteConditionSetItem"]> = (
  deps,
  { request, appId, params },
) => change(deps, request, appId, params.condition_set_id, (accepted) => accepted.result);

export const addConditionSetItems: RouteHandler<Routes["addConditionSetItems"]> = (deps, { request, appId, params }) =>
  change(deps, request, appId, params.condition_set_id, (accepted) => accepted.result?.items);

export const replaceConditionSetItems: RouteHandler<Routes["replaceConditionSetItems"]> = (
  deps,
  { request, appId, params },
) => change(deps, request, appId, params.condition_set_id, (accepted) => accepted.result?.items);

async function change(
  deps: Deps,
  request: HttpRequest,
  appId: string,
  id: string,
  answer: (accepted: SignerAccepted) => unknown,
): Promise<HttpResponse> {
  const released = await decideAndCommit(deps, request, {
    appId,
    target: { key: { type: "condition_set", id }, missing: "not_found" },
    records: [],
    idempotent: false,
    answer: (accepted) => jsonAnswer(answer(accepted)),
  });
  return toHttpResponse(released.answer);
}
