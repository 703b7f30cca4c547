import { z } from "zod";
import { named } from "./components.ts";
import { messages } from "./errors.ts";
import {
  hasOneOwnerOnCreate,
  hasOneOwnerOnUpdate,
  hasSomeField,
  ownerFields,
  pageQuery,
  pathId,
  successResponse,
  text,
  timestamp,
} from "./fields.ts";
import { defineRoute, signatureErrors } from "./route.ts";

export const conditionSet = named(
  "ConditionSet",
  z.object({ id: z.string(), name: z.string(), owner_id: z.string().nullable(), created_at: timestamp }),
  "Values that policies refer to with `in_condition_set`. A change takes effect at once.",
);

export const conditionSetItem = named(
  "ConditionSetItem",
  z.object({ id: z.string(), condition_set_id: z.string(), value: z.string(), created_at: timestamp }),
);

const createBody = named(
  "CreateConditionSetBody",
  z.strictObject({ name: text(1, 100), ...ownerFields }).refine(hasOneOwnerOnCreate, messages.ownerAndOwnerId),
);

const updateBody = named(
  "UpdateConditionSetBody",
  z
    .strictObject({ name: text(1, 100).optional(), ...ownerFields })
    .refine(hasSomeField, { error: messages.emptyUpdate, abort: true })
    .refine(hasOneOwnerOnUpdate, messages.ownerAndOwnerId),
);

const itemsBody = named(
  "NewConditionSetItems",
  z
    .array(z.strictObject({ value: text(1, 256) }))
    .min(1)
    .max(100),
  "A set holds at most 1,000 items; a value that it holds already is not stored twice.",
);

const params = z.strictObject({ condition_set_id: pathId });
const itemParams = z.strictObject({ condition_set_id: pathId, item_id: pathId });

export const conditionSetRoutes = {
  createConditionSet: defineRoute({
    id: "createConditionSet",
    method: "POST",
    path: "/v1/condition_sets",
    summary: "Create a condition set",
    caller: "app",
    authorization: "none",
    request: { body: createBody },
    responses: { 200: conditionSet },
    errors: [],
    idempotent: false,
  }),
  getConditionSet: defineRoute({
    id: "getConditionSet",
    method: "GET",
    path: "/v1/condition_sets/{condition_set_id}",
    summary: "Get a condition set",
    caller: "app",
    authorization: "none",
    request: { params },
    responses: { 200: conditionSet },
    errors: ["not_found"],
    idempotent: false,
  }),
  updateConditionSet: defineRoute({
    id: "updateConditionSet",
    method: "PATCH",
    path: "/v1/condition_sets/{condition_set_id}",
    summary: "Change a condition set's name or owner",
    caller: "app",
    authorization: "owner",
    request: { params, body: updateBody },
    responses: { 200: conditionSet },
    errors: ["not_found", ...signatureErrors],
    idempotent: false,
  }),
  deleteConditionSet: defineRoute({
    id: "deleteConditionSet",
    method: "DELETE",
    path: "/v1/condition_sets/{condition_set_id}",
    summary: "Delete a condition set; rules that refer to it then allow nothing and, as DENY rules, deny",
    caller: "app",
    authorization: "owner",
    request: { params },
    responses: { 200: successResponse },
    errors: ["not_found", ...signatureErrors],
    idempotent: false,
  }),
  addConditionSetItems: defineRoute({
    id: "addConditionSetItems",
    method: "POST",
    path: "/v1/condition_sets/{condition_set_id}/condition_set_items",
    summary: "Add items to a condition set",
    caller: "app",
    authorization: "owner",
    request: { params, body: itemsBody },
    responses: { 200: z.array(conditionSetItem) },
    errors: ["not_found", ...signatureErrors],
    idempotent: false,
  }),
  replaceConditionSetItems: defineRoute({
    id: "replaceConditionSetItems",
    method: "PUT",
    path: "/v1/condition_sets/{condition_set_id}/condition_set_items",
    summary: "Replace all items of a condition set",
    caller: "app",
    authorization: "owner",
    request: { params, body: itemsBody },
    responses: { 200: z.array(conditionSetItem) },
    errors: ["not_found", ...signatureErrors],
    idempotent: false,
  }),
  listConditionSetItems: defineRoute({
    id: "listConditionSetItems",
    method: "GET",
    path: "/v1/condition_sets/{condition_set_id}/condition_set_items",
    summary: "List the items of a condition set, oldest first, or those that contain a text",
    caller: "app",
    authorization: "none",
    request: { params, query: z.strictObject({ ...pageQuery, query: text(1, 256).optional() }) },
    responses: { 200: z.strictObject({ items: z.array(conditionSetItem), next_cursor: z.string().nullable() }) },
    errors: ["not_found"],
    idempotent: false,
  }),
  getConditionSetItem: defineRoute({
    id: "getConditionSetItem",
    method: "GET",
    path: "/v1/condition_sets/{condition_set_id}/condition_set_items/{item_id}",
    summary: "Get an item of a condition set",
    caller: "app",
    authorization: "none",
    request: { params: itemParams },
    responses: { 200: conditionSetItem },
    errors: ["not_found"],
    idempotent: false,
  }),
  deleteConditionSetItem: defineRoute({
    id: "deleteConditionSetItem",
    method: "DELETE",
    path: "/v1/condition_sets/{condition_set_id}/condition_set_items/{item_id}",
    summary: "Delete an item of a condition set",
    caller: "app",
    authorization: "owner",
    request: { params: itemParams },
    responses: { 200: successResponse },
    errors: ["not_found", ...signatureErrors],
    idempotent: false,
  }),
};
