import type { aggregationRoutes } from "@mandate/contract/aggregations";
import { ApiError } from "../../api-error.ts";
import { decideAndCommit, jsonAnswer, toHttpResponse } from "../../authority/decide-and-commit.ts";
import { SendQueue } from "../../chains/send-queue.ts";
import { viewAggregation } from "../../views/aggregation.ts";
import type { RouteHandler } from "../handler.ts";
import { putOf } from "../put-of.ts";

type Routes = typeof aggregationRoutes;

const PER_APP_MAX = 10;
const creations = new SendQueue();

/** One after the other in an app, so that the number of its aggregations is known when another one is made. */
export const createAggregation: RouteHandler<Routes["createAggregation"]> = (deps, { request, appId }) =>
  creations.run(appId, async () => {
    const { answer } = await decideAndCommit(deps, request, {
      appId,
      records: [],
      idempotent: true,
      async prepare() {
        const existing = await deps.storage.findReferrers(appId, ["app"], appId, PER_APP_MAX);
        if (existing.length >= PER_APP_MAX) {
          throw new ApiError("invalid_data", `an app has at most ${PER_APP_MAX} aggregations; delete one first`);
        }
        return { fill: {} };
      },
      answer: (accepted) => jsonAnswer(viewAggregation(putOf(accepted, "aggregation").sealed)),
    });
    return toHttpResponse(answer);
  });

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
