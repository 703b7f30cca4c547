import type { aggregationRoutes } from "@mandate/contract/aggregations";
import { ApiError } from "../../api-error.ts";
import { decideAndCommit, jsonAnswer, toHttpResponse } from "../../authority/decide-and-commit.ts";
import { viewAggregation } from "../../views/aggregation.ts";
import type { RouteHandler } from "../handler.ts";
import { putOf } from "../put-of.ts";

type Routes = typeof aggregationRoutes;

const PER_APP_MAX = 10;

export const createAggregation: RouteHandler<Routes["createAggregation"]> = async (deps, { request, appId }) => {
  const { answer } = await decideAndCommit(deps, request, {
    appId,
    records: [],
    idempotent: true,
    answer: (accepted) => jsonAnswer(viewAggregation(putOf(accepted, "aggregation").sealed)),
    extend: () => ({ fewerThan: { max: PER_APP_MAX, kinds: ["app"], to: { type: "app", id: appId } } }),
    full: new ApiError("invalid_data", `an app has at most ${PER_APP_MAX} aggregations; delete one first`),
  });
  return toHttpResponse(answer);
};

export const getAggregation: RouteHandler<Routes["getAggregation"]> = async (deps, { appId, params }) => {
  const record = await deps.storage.findRecord(appId, { type: "aggregation", id: params.aggregation_id });
  if (record === undefined) throw new ApiError("not_found");
  return { status: 200, body: viewAggregation(record.sealed) };
};

export const deleteAggregation: RouteHandler<Routes["deleteAggregation"]> = async (
  deps,
  { request, appId, params },
) => {
  const { answer } = await decideAndCommit(deps, request, {
    appId,
    target: { key: { type: "aggregation", id: params.aggregation_id }, missing: "not_found" },
    records: [],
    idempotent: false,
    answer: (accepted) => jsonAnswer(accepted.result),
  });
  return toHttpResponse(answer);
};
