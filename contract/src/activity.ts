import { z } from "zod";
import { named } from "./components.ts";
import { anyObject, pageOf, pageQuery, pathId, text, timestamp } from "./fields.ts";
import { defineRoute } from "./route.ts";

/** What happened in an app: decisions of the signer, requests to the API, and how far the app is set up. */
const appPath = "/operator/v1/apps/{app_id}";
const appParam = { app_id: pathId };
const appParams = z.strictObject(appParam);
const read = { caller: "team", role: "viewer", authorization: "none", idempotent: false, method: "GET" } as const;

export const activityEntry = named(
  "ActivityEntry",
  z.object({
    id: z.string().describe("The receipt's"),
    sequence: z.number().int(),
    created_at: timestamp,
    decision: z.enum(["ALLOW", "DENY"]),
    operation: z.string(),
    method: z.string(),
    path: z.string(),
    wallet_id: z.string().nullable(),
    policy_id: z.string().nullable(),
    signer_id: z.string().nullable().describe("The key quorum that authorized it"),
    actor: z
      .object({ type: z.enum(["app", "operator", "team"]), member_id: z.string().nullable() })
      .describe("Who called: the app with its secret, the operator with the operator's key, or a member of the team"),
    reason: z.string().nullable(),
    rule_id: z.string().nullable(),
    transaction_hash: z.string().nullable(),
  }),
);

const activityDetail = named(
  "ActivityDetail",
  z.object({
    entry: activityEntry,
    receipt: anyObject.describe(
      "The whole statement of the signer: principals, policy with its trace, record versions",
    ),
  }),
);

const logEntry = named(
  "RequestLogEntry",
  z.object({
    request_id: z.string(),
    at: timestamp,
    method: z.string(),
    operation: z.string().nullable(),
    status: z.number().int(),
    code: z.string().nullable(),
    duration_ms: z.number(),
    remote_address: z.string(),
  }),
  "Neither bodies nor headers nor query text are kept.",
);

const errorGroup = named(
  "RequestErrorGroup",
  z.object({
    operation: z.string().nullable(),
    status: z.number().int(),
    code: z.string().nullable(),
    count: z.number().int().positive(),
    first_at: timestamp,
    last_at: timestamp,
    last_request_id: z.string(),
  }),
);

export const activityRoutes = {
  getOverview: defineRoute({
    ...read,
    id: "getOverview",
    path: `${appPath}/overview`,
    summary: "How far the app is set up",
    request: { params: appParams },
    responses: {
      200: named(
        "AppOverview",
        z.object({
          users: z.number().int().nonnegative(),
          decisions: z.number().int().nonnegative(),
          checklist: z.object({
            has_secret: z.boolean(),
            server_side_access: z.boolean(),
            has_authorization_key: z.boolean(),
            has_policy: z.boolean(),
            has_wallet: z.boolean(),
            has_session_signer: z.boolean(),
            has_allowed_signature: z.boolean(),
            has_refusal: z.boolean(),
          }),
        }),
      ),
    },
    errors: ["not_found"],
  }),
  listActivity: defineRoute({
    ...read,
    id: "listActivity",
    path: `${appPath}/activity`,
    summary: "Decisions of the signer, newest first",
    request: {
      params: appParams,
      query: z.strictObject({
        ...pageQuery,
        wallet_id: text(1, 64).optional(),
        signer_id: text(1, 64).optional(),
        policy_id: text(1, 64).optional(),
        decision: z.enum(["ALLOW", "DENY"]).optional(),
      }),
    },
    responses: { 200: named("ActivityPage", pageOf(activityEntry)) },
    errors: ["not_found"],
  }),
  getActivity: defineRoute({
    ...read,
    id: "getActivity",
    path: `${appPath}/activity/{receipt_id}`,
    summary: "Get a decision with its trace",
    request: { params: z.strictObject({ ...appParam, receipt_id: pathId }) },
    responses: { 200: activityDetail },
    errors: ["not_found"],
  }),
  listRequestLogs: defineRoute({
    ...read,
    id: "listRequestLogs",
    path: `${appPath}/logs`,
    summary: "The last requests of an app that this process answered, newest first",
    request: {
      params: appParams,
      query: z.strictObject({
        ...pageQuery,
        errors_only: z.enum(["true", "false"]).optional(),
        operation: text(1, 64).optional(),
      }),
    },
    responses: { 200: named("RequestLogPage", pageOf(logEntry)) },
    errors: ["not_found"],
  }),
  listRequestErrors: defineRoute({
    ...read,
    id: "listRequestErrors",
    path: `${appPath}/logs/errors`,
    summary: "The same requests' errors, grouped; most frequent first",
    request: { params: appParams },
    responses: { 200: named("RequestErrorList", z.object({ data: z.array(errorGroup) })) },
    errors: ["not_found"],
  }),
};
