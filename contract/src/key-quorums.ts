import { z } from "zod";
import { named } from "./components.ts";
import { messages } from "./errors.ts";
import { hasSomeField, p256PublicKey, pathId, recordId, successResponse, text, userId } from "./fields.ts";
import { defineRoute, signatureErrors } from "./route.ts";

export const keyQuorum = named(
  "KeyQuorum",
  z.object({
    id: z.string(),
    display_name: z.string().nullable(),
    authorization_threshold: z.number().int().nullable(),
    authorization_keys: z.array(z.object({ public_key: z.string(), display_name: z.string().nullable() })),
    user_ids: z.array(z.string()).nullable(),
    key_quorum_ids: z.array(z.string()).optional(),
  }),
  "A set of keys, users and child quorums of which a threshold must sign. Without a threshold, all of them.",
);

/** A quorum cannot have more members than a request could carry signatures. */
const membersMax = 50;

const fields = {
  authorization_threshold: z.number().int().min(1).max(membersMax).optional(),
  display_name: text(0, 50).optional(),
};

/** Members that the resulting quorum has, as far as the body tells; thresholds against stored members are the signer's. */
function isThresholdReachable(body: {
  authorization_threshold?: number | undefined;
  public_keys?: string[] | undefined;
  user_ids?: string[] | undefined;
  key_quorum_ids?: string[] | undefined;
}): boolean {
  const members = (body.public_keys?.length ?? 0) + (body.user_ids?.length ?? 0) + (body.key_quorum_ids?.length ?? 0);
  return body.authorization_threshold === undefined || body.authorization_threshold <= members;
}

const createBody = named(
  "CreateKeyQuorumBody",
  z
    .strictObject({
      public_keys: z.array(p256PublicKey).min(1).max(membersMax).optional(),
      user_ids: z.array(userId).min(1).max(membersMax).optional(),
      key_quorum_ids: z.array(recordId).min(1).max(5).optional(),
      ...fields,
    })
    .refine((body) => body.public_keys ?? body.user_ids ?? body.key_quorum_ids, {
      error: "Must provide at least one of user_ids or public_keys",
      abort: true,
    })
    .refine(isThresholdReachable, { error: "authorization_threshold cannot exceed the number of members" }),
);

const updateBody = named(
  "UpdateKeyQuorumBody",
  z
    .strictObject({
      public_keys: z.array(p256PublicKey).max(membersMax).optional(),
      user_ids: z.array(userId).max(membersMax).optional(),
      key_quorum_ids: z.array(recordId).max(5).optional(),
      ...fields,
    })
    .refine((body) => Object.keys(body).length > 0, {
      error: "Must provide at least one of public_keys, authorization_threshold, display_name, or user_ids",
      abort: true,
    })
    .refine(hasSomeField, messages.emptyUpdate),
);

const params = z.strictObject({ key_quorum_id: pathId });

export const keyQuorumRoutes = {
  createKeyQuorum: defineRoute({
    id: "createKeyQuorum",
    method: "POST",
    path: "/v1/key_quorums",
    summary: "Create a key quorum",
    caller: "app",
    authorization: "none",
    request: { body: createBody },
    responses: { 200: keyQuorum },
    errors: [],
    idempotent: false,
  }),
  getKeyQuorum: defineRoute({
    id: "getKeyQuorum",
    method: "GET",
    path: "/v1/key_quorums/{key_quorum_id}",
    summary: "Get a key quorum",
    caller: "app",
    authorization: "none",
    request: { params },
    responses: { 200: keyQuorum },
    errors: ["not_found"],
    idempotent: false,
  }),
  updateKeyQuorum: defineRoute({
    id: "updateKeyQuorum",
    method: "PATCH",
    path: "/v1/key_quorums/{key_quorum_id}",
    summary: "Change a key quorum; lists replace those of before",
    caller: "app",
    authorization: "self",
    request: { params, body: updateBody },
    responses: { 200: keyQuorum },
    errors: ["not_found", ...signatureErrors],
    idempotent: false,
  }),
  deleteKeyQuorum: defineRoute({
    id: "deleteKeyQuorum",
    method: "DELETE",
    path: "/v1/key_quorums/{key_quorum_id}",
    summary: "Delete a key quorum that nothing refers to",
    caller: "app",
    authorization: "self",
    request: { params },
    responses: { 200: successResponse },
    errors: ["not_found", "authorization_key_has_associated_wallets", ...signatureErrors],
    idempotent: false,
  }),
};
