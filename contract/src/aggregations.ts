import { z } from "zod";
import { named } from "./components.ts";
import { type ErrorCode, messages } from "./errors.ts";
import { hasOneOwnerOnCreate, ownerFields, pathId, successResponse, text, timestamp } from "./fields.ts";
import { abi, condition } from "./policies.ts";
import { defineRoute, signatureErrors } from "./route.ts";

const methods = z.enum(["eth_signTransaction", "eth_signUserOperation"]);
const fieldName = {
  field_source: z.enum(["ethereum_transaction", "ethereum_calldata"]),
  field: z.string().min(1).max(1000),
  abi: abi.optional(),
};

const definition = {
  name: text(1, 255),
  method: methods,
  metric: z.strictObject({ ...fieldName, function: z.literal("sum") }),
  window: z.strictObject({ type: z.literal("rolling"), seconds: z.number().int().min(3600).max(259_200) }),
};

export const aggregation = named(
  "Aggregation",
  z.object({
    id: z.string(),
    ...definition,
    conditions: z.array(condition),
    group_by: z.array(z.strictObject(fieldName)),
    owner_id: z.string().nullable(),
    created_at: timestamp,
  }),
  "A rolling sum over signed requests, which policies limit with the field `aggregation.<id>` of the source `reference`.",
);

const createBody = named(
  "CreateAggregationBody",
  z
    .strictObject({
      ...definition,
      conditions: z.array(condition).max(100).optional(),
      group_by: z.array(z.strictObject(fieldName)).max(2).optional(),
      ...ownerFields,
    })
    .refine(hasOneOwnerOnCreate, messages.ownerAndOwnerId),
);

const params = z.strictObject({ aggregation_id: pathId });

const bodyErrorCode = (path: readonly PropertyKey[]): ErrorCode =>
  path[0] === "owner" || path[0] === "owner_id" ? "invalid_data" : "invalid_aggregation_format";

export const aggregationRoutes = {
  createAggregation: defineRoute({
    id: "createAggregation",
    method: "POST",
    path: "/v1/aggregations",
    summary: "Create an aggregation, at most 10 in an app",
    caller: "app",
    authorization: "none",
    request: { body: createBody, bodyErrorCode },
    responses: { 200: aggregation },
    errors: ["invalid_aggregation_format", "resource_conflict"],
    idempotent: true,
  }),
  getAggregation: defineRoute({
    id: "getAggregation",
    method: "GET",
    path: "/v1/aggregations/{aggregation_id}",
    summary: "Get an aggregation's definition; its running sums are not shown",
    caller: "app",
    authorization: "none",
    request: { params },
    responses: { 200: aggregation },
    errors: ["not_found"],
    idempotent: false,
  }),
  deleteAggregation: defineRoute({
    id: "deleteAggregation",
    method: "DELETE",
    path: "/v1/aggregations/{aggregation_id}",
    summary: "Delete an aggregation; rules that refer to it then allow nothing and, as DENY rules, deny",
    caller: "app",
    authorization: "owner",
    request: { params },
    responses: { 200: successResponse },
    errors: ["not_found", ...signatureErrors],
    idempotent: false,
  }),
};
