import { z } from "zod";
import { annotated, named } from "./components.ts";
import { type ErrorCode, messages } from "./errors.ts";
import {
  anyObject,
  chainType,
  hasOneOwnerOnCreate,
  hasOneOwnerOnUpdate,
  hasSomeField,
  ownerFields,
  pathId,
  recordId,
  successResponse,
  text,
  timestamp,
} from "./fields.ts";
import { defineRoute, signatureErrors } from "./route.ts";

export const policyMethods = [
  "eth_sendTransaction",
  "eth_signTransaction",
  "eth_signUserOperation",
  "eth_signTypedData_v4",
  "personal_sign",
  "eth_sign7702Authorization",
  "wallet_sendCalls",
  "signTransaction",
  "signAndSendTransaction",
  "signMessage",
  "exportPrivateKey",
  "exportSeedPhrase",
  "signTransactionBytes",
  "signRawMessageBytes",
  "tron_sendTransaction",
  "tron_signTransaction",
  "xrpl_signTransaction",
  "earn_deposit",
  "earn_withdraw",
  "transfer",
  "*",
] as const;

export const conditionOperators = [
  "eq",
  "neq",
  "gt",
  "gte",
  "lt",
  "lte",
  "in",
  "in_condition_set",
  "contains",
  "starts_with",
  "ends_with",
] as const;

const plainFieldSources = [
  "ethereum_transaction",
  "ethereum_typed_data_domain",
  "ethereum_7702_authorization",
  "tempo_transaction",
  "solana_program_instruction",
  "solana_system_program_instruction",
  "solana_token_program_instruction",
  "tron_transaction",
  "sui_transaction_command",
  "sui_transfer_objects_command",
  "xrpl_transaction",
  "message",
  "system",
  "reference",
  "action_request_body",
] as const;

const calldataFieldSources = ["ethereum_calldata", "tron_trigger_smart_contract_data"] as const;

export const fieldSources = [
  ...plainFieldSources,
  ...calldataFieldSources,
  "ethereum_typed_data_message",
] as const satisfies readonly string[];

const abiParameter = named(
  "AbiParameter",
  z.strictObject({
    type: z.string().max(1000),
    name: z.string().max(1000).optional(),
    internalType: z.string().max(1000).optional(),
    indexed: z.boolean().optional(),
    components: z.array(anyObject).optional(),
  }),
);

export const abi = named(
  "Abi",
  z
    .array(
      z.strictObject({
        type: z.enum(["function", "constructor", "event", "fallback", "receive"]),
        name: z.string().max(1000).optional(),
        inputs: z.array(abiParameter).optional(),
        outputs: z.array(abiParameter).optional(),
        stateMutability: z.enum(["pure", "view", "nonpayable", "payable"]).optional(),
        anonymous: z.boolean().optional(),
      }),
    )
    .max(200),
);

/** A number gets as far as the policy engine, which has better words for what it should have been. */
const conditionValue = annotated(
  { anyOf: [{ type: "string" }, { type: "array", items: { type: "string" }, minItems: 1, maxItems: 100 }] },
  z.custom<string | string[]>(isConditionValue),
);

function isConditionValue(value: unknown): boolean {
  const isText = (one: unknown) => typeof one === "string" && one.length <= 10_000;
  if (Array.isArray(value)) return value.length >= 1 && value.length <= 100 && value.every(isText);
  return isText(value) || typeof value === "number";
}

const comparison = {
  field: z.string().min(1).max(1000),
  operator: z.enum(conditionOperators),
  value: conditionValue,
};

/**
 * The shape only. Which fields, operators and values have a meaning for which method is the policy engine's to say,
 * and it says so before the policy is sealed; one place that knows the grammar is enough.
 */
export const condition = named(
  "PolicyCondition",
  z.discriminatedUnion("field_source", [
    z.strictObject({ field_source: z.enum(plainFieldSources), ...comparison }),
    z.strictObject({ field_source: z.enum(calldataFieldSources), ...comparison, abi }),
    z.strictObject({
      field_source: z.literal("ethereum_typed_data_message"),
      ...comparison,
      typed_data: z.strictObject({ primary_type: z.string().min(1).max(1000), types: anyObject }),
    }),
  ]),
);

/** The wire's own wording: 50 characters are accepted, and more are told to be "fewer than 50". */
function nameField(what: string) {
  return z
    .string({ error: (issue) => (issue.input === undefined ? "Name is required" : undefined) })
    .min(1, "Name is required")
    .max(50, `${what} name must be fewer than 50 characters`)
    .refine((name) => !name.includes("\0"), "Text cannot contain the NUL character");
}

const ruleFields = {
  name: nameField("Rule"),
  method: z.enum(policyMethods),
  conditions: z.array(condition).max(1000),
  action: z.enum(["ALLOW", "DENY"]),
};

const ruleInput = named("PolicyRuleInput", z.strictObject(ruleFields));

export const policyRule = named("PolicyRule", z.object({ id: z.string(), ...ruleFields }));

export const policy = named(
  "Policy",
  z.object({
    id: z.string(),
    version: z.literal("1.0"),
    name: z.string(),
    chain_type: chainType,
    rules: z.array(policyRule),
    owner_id: z.string().nullable(),
    created_at: timestamp,
  }),
  "Default deny; a DENY rule that matches wins; the order of rules has no meaning.",
);

const createBody = named(
  "CreatePolicyBody",
  z
    .strictObject({
      version: z.literal("1.0"),
      name: nameField("Policy"),
      chain_type: chainType,
      // Clients may echo rules they have read; the ID is not theirs to choose, a new one is given.
      rules: z.array(z.strictObject({ ...ruleFields, id: text(1, 64).optional() })).max(500),
      ...ownerFields,
    })
    .refine(hasOneOwnerOnCreate, messages.ownerAndOwnerId),
);

const updateBody = named(
  "UpdatePolicyBody",
  z
    .strictObject({
      name: nameField("Policy").optional(),
      rules: z.array(ruleInput).max(500).optional(),
      ...ownerFields,
    })
    .refine(hasSomeField, { error: messages.emptyUpdate, abort: true })
    .refine(hasOneOwnerOnUpdate, messages.ownerAndOwnerId),
);

const conditionTrace = z.object({
  index: z.number().int(),
  field_source: z.string(),
  field: z.string(),
  operator: z.string(),
  value: z.string(),
  observed: z.string().nullable(),
  result: z.enum(["TRUE", "FALSE", "UNKNOWN"]),
  why: z.string().optional(),
});

const ruleTrace = named(
  "PolicyRuleTrace",
  z.object({
    rule_id: z.string(),
    name: z.string(),
    action: z.string(),
    outcome: z.enum(["matched", "not_matched", "unknown", "method_differs"]),
    why: z.string().optional(),
    condition: conditionTrace.optional(),
    conditions: z.array(conditionTrace).optional(),
  }),
  "`condition` is the first one that decided about the rule, `conditions` are all of them with what was observed.",
);

const verdict = { decision: z.enum(["ALLOW", "DENY"]), reason: z.string() };

const simulation = named(
  "PolicySimulation",
  z.object({
    ...verdict,
    policy_id: z.string().nullable(),
    rule_id: z.string().nullable(),
    operation: z.number().int().optional(),
    part: z.string().optional(),
    rules: z.array(ruleTrace),
    parts: z
      .array(z.object({ name: z.string(), ...verdict, rule_id: z.string().optional(), rules: z.array(ruleTrace) }))
      .optional(),
  }),
  "`parts` are the pieces of the request that have to be allowed each for itself, such as the calls of a batch.",
);

const policyParams = z.strictObject({ policy_id: pathId });
const ruleParams = z.strictObject({ policy_id: pathId, rule_id: pathId });

const simulateBody = named(
  "SimulatePolicyBody",
  z
    .strictObject({
      policy_id: recordId.optional(),
      policy: z
        .strictObject({
          version: z.literal("1.0"),
          name: nameField("Policy"),
          chain_type: chainType,
          rules: z.array(z.strictObject({ ...ruleFields, id: text(1, 64).optional() })).max(500),
        })
        .optional(),
      wallet_id: recordId,
      request: anyObject,
    })
    .refine(
      (body) => (body.policy_id === undefined) !== (body.policy === undefined),
      "exactly one of policy_id and policy must be provided",
    ),
  "`request` is the body of an rpc request; of a raw_sign request with `method: raw_sign`; or an export's `method` alone.",
);

const policyBodyErrorCode = (path: readonly PropertyKey[]): ErrorCode =>
  path[0] === "rules" || path[0] === "name" ? "invalid_policy_format" : "invalid_data";

const ruleBodyErrorCode = (): ErrorCode => "invalid_policy_format";

export const policyRoutes = {
  createPolicy: defineRoute({
    id: "createPolicy",
    method: "POST",
    path: "/v1/policies",
    summary: "Create a policy",
    caller: "app",
    authorization: "none",
    request: { body: createBody, bodyErrorCode: policyBodyErrorCode },
    responses: { 200: policy },
    errors: ["invalid_policy_format"],
    idempotent: true,
  }),
  simulatePolicy: defineRoute({
    id: "simulatePolicy",
    method: "POST",
    path: "/v1/policies/simulate",
    summary: "Ask what a policy, stored or not, would say about a request of a wallet; nothing is signed",
    caller: "app",
    authorization: "none",
    request: {
      body: simulateBody,
      bodyErrorCode: (path) => (path[0] === "policy" ? policyBodyErrorCode(path.slice(1)) : "invalid_data"),
    },
    responses: { 200: simulation },
    errors: ["invalid_policy_format", "invalid_solana_transaction", "not_supported"],
    idempotent: false,
  }),
  getPolicy: defineRoute({
    id: "getPolicy",
    method: "GET",
    path: "/v1/policies/{policy_id}",
    summary: "Get a policy",
    caller: "app",
    authorization: "none",
    request: { params: policyParams },
    responses: { 200: policy },
    errors: ["not_found"],
    idempotent: false,
  }),
  updatePolicy: defineRoute({
    id: "updatePolicy",
    method: "PATCH",
    path: "/v1/policies/{policy_id}",
    summary: "Change a policy; `rules` replaces all rules and gives them new IDs",
    caller: "app",
    authorization: "owner",
    request: { params: policyParams, body: updateBody, bodyErrorCode: policyBodyErrorCode },
    responses: { 200: policy },
    errors: ["not_found", "invalid_policy_format", ...signatureErrors],
    idempotent: false,
  }),
  deletePolicy: defineRoute({
    id: "deletePolicy",
    method: "DELETE",
    path: "/v1/policies/{policy_id}",
    summary: "Delete a policy that no wallet or signer refers to",
    caller: "app",
    authorization: "owner",
    request: { params: policyParams },
    responses: { 200: successResponse },
    errors: ["not_found", ...signatureErrors],
    idempotent: false,
  }),
  createPolicyRule: defineRoute({
    id: "createPolicyRule",
    method: "POST",
    path: "/v1/policies/{policy_id}/rules",
    summary: "Append a rule",
    caller: "app",
    authorization: "owner",
    request: { params: policyParams, body: ruleInput, bodyErrorCode: ruleBodyErrorCode },
    responses: { 200: policyRule },
    errors: ["not_found", "invalid_policy_format", ...signatureErrors],
    idempotent: false,
  }),
  listPolicyRules: defineRoute({
    id: "listPolicyRules",
    method: "GET",
    path: "/v1/policies/{policy_id}/rules",
    summary: "List the rules of a policy; an older server SDK asks for this where it means one rule",
    caller: "app",
    authorization: "none",
    request: { params: policyParams },
    responses: { 200: named("PolicyRuleList", z.object({ data: z.array(policyRule) })) },
    errors: ["not_found"],
    idempotent: false,
  }),
  getPolicyRule: defineRoute({
    id: "getPolicyRule",
    method: "GET",
    path: "/v1/policies/{policy_id}/rules/{rule_id}",
    summary: "Get a rule",
    caller: "app",
    authorization: "none",
    request: { params: ruleParams },
    responses: { 200: policyRule },
    errors: ["not_found"],
    idempotent: false,
  }),
  updatePolicyRule: defineRoute({
    id: "updatePolicyRule",
    method: "PATCH",
    path: "/v1/policies/{policy_id}/rules/{rule_id}",
    summary: "Replace a rule; it keeps its ID",
    caller: "app",
    authorization: "owner",
    request: { params: ruleParams, body: ruleInput, bodyErrorCode: ruleBodyErrorCode },
    responses: { 200: policyRule },
    errors: ["not_found", "invalid_policy_format", ...signatureErrors],
    idempotent: false,
  }),
  deletePolicyRule: defineRoute({
    id: "deletePolicyRule",
    method: "DELETE",
    path: "/v1/policies/{policy_id}/rules/{rule_id}",
    summary: "Delete a rule",
    caller: "app",
    authorization: "owner",
    request: { params: ruleParams },
    responses: { 200: successResponse },
    errors: ["not_found", ...signatureErrors],
    idempotent: false,
  }),
};
