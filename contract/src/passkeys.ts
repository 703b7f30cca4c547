import { z } from "zod";
import { named } from "./components.ts";
import { text } from "./fields.ts";

/**
 * What `navigator.credentials` takes and gives (WebAuthn Level 3 §5), as the wire spells it: snake_case, bytes in
 * base64url. Members that say nothing here are accepted by name.
 */
const ignored = z.string().max(10_000).nullable().optional();
const credentialId = text(1, 1364);
const bytes = (max: number) => text(1, max).regex(/^[A-Za-z0-9_-]+$/, "must be base64url without padding");

const envelope = {
  id: credentialId,
  raw_id: credentialId,
  type: z.literal("public-key"),
  authenticator_attachment: ignored,
  client_extension_results: z.record(z.string().max(100), z.unknown()).optional(),
};

export const passkeyRegistration = named(
  "PasskeyRegistration",
  z.strictObject({
    ...envelope,
    response: z.strictObject({
      client_data_json: bytes(6000),
      attestation_object: bytes(22_000),
      authenticator_data: ignored,
      public_key: ignored,
      public_key_algorithm: z.number().int().nullable().optional(),
      transports: z.array(z.string().max(50)).max(20).nullable().optional(),
    }),
  }),
);

export const passkeyAssertion = named(
  "PasskeyAssertion",
  z.strictObject({
    ...envelope,
    response: z.strictObject({
      client_data_json: bytes(6000),
      authenticator_data: bytes(6000),
      signature: bytes(200),
      user_handle: ignored,
    }),
  }),
);

const credential = z.object({ type: z.literal("public-key"), id: z.string() });
const ceremony = { challenge: z.string(), timeout: z.number().int() };

export const passkeyRegistrationOptions = named(
  "PasskeyRegistrationOptions",
  z.object({
    options: z.object({
      ...ceremony,
      rp: z.object({ id: z.string(), name: z.string() }),
      user: z.object({ id: z.string(), name: z.string(), display_name: z.string() }),
      pub_key_cred_params: z.array(z.object({ type: z.literal("public-key"), alg: z.literal(-7) })),
      attestation: z.literal("none"),
      authenticator_selection: z.object({
        resident_key: z.literal("required"),
        require_resident_key: z.literal(true),
        user_verification: z.literal("required"),
      }),
      exclude_credentials: z.array(credential),
    }),
    relying_party: z.string(),
  }),
);

export const passkeyAssertionOptions = named(
  "PasskeyAssertionOptions",
  z.object({
    options: z.object({
      ...ceremony,
      rp_id: z.string(),
      allow_credentials: z.array(credential),
      user_verification: z.literal("required"),
    }),
    relying_party: z.string(),
  }),
);
