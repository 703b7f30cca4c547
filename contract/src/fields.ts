import { z } from "zod";
import { annotated, named } from "./components.ts";
import { messages } from "./errors.ts";

/** Text of bounded length. NUL is refused: databases differ on whether text may hold it. */
export function text(lengthMin: number, lengthMax: number) {
  return z
    .string()
    .min(lengthMin)
    .max(lengthMax)
    .refine((value) => !value.includes("\0"), "Text cannot contain the NUL character");
}

/** The ID of a record of ours: 24 lower-case letters and digits, the first a letter. */
export const recordId = z.string().regex(/^[a-z][a-z0-9]{23}$/);

/** A path segment that may be an ID. What cannot be one is answered like an ID that does not exist. */
export const pathId = z.string().regex(/^[A-Za-z0-9_:-]{1,128}$/);

export const userId = z
  .string()
  .startsWith("did:privy:", { error: messages.userIdPrefix, abort: true })
  .regex(/^did:privy:[A-Za-z0-9_-]{1,64}$/);

/** Unix milliseconds unless a name says seconds. */
export const timestamp = z.number().int().nonnegative();

export const chainTypes = [
  "ethereum",
  "solana",
  "cosmos",
  "stellar",
  "sui",
  "aptos",
  "movement",
  "tron",
  "bitcoin-segwit",
  "bitcoin-taproot",
  "pearl",
  "near",
  "ton",
  "starknet",
  "xrpl",
  "spark",
] as const;

export const chainType = named("ChainType", z.enum(chainTypes));

/** CAIP-2. */
export const caip2 = z
  .string()
  .regex(/^[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}$/, "Chain ID must be a valid CAIP-2 chain ID, e.g. 'eip155:1'");

/** A P-256 public key: base64 of its SPKI DER, or PEM. Whether it is a point of the curve is the signer's to say. */
export const p256PublicKey = text(1, 1024);

const ownerByUser = z.strictObject({ user_id: userId });
const ownerByKey = z.strictObject({ public_key: p256PublicKey });

export const ownerInput = named(
  "OwnerInput",
  z.union([ownerByUser, ownerByKey]),
  "A new 1-of-1 key quorum of this user or this P-256 public key becomes the owner.",
);

/** `""` means the same as `null`: no owner. */
export const ownerFields = {
  owner: z.union([ownerInput, z.null(), z.literal("")]).optional(),
  owner_id: z.union([recordId, z.null(), z.literal("")]).optional(),
};

type OwnerFields = { owner?: unknown; owner_id?: unknown };

/** When creating, `owner: null` beside an `owner_id` is no contradiction (spec 02 §3). */
export function hasOneOwnerOnCreate(body: OwnerFields): boolean {
  return !(body.owner && body.owner_id);
}

/** When updating, naming both is refused whatever their values are (spec 02 §3). */
export function hasOneOwnerOnUpdate(body: OwnerFields): boolean {
  return body.owner === undefined || body.owner_id === undefined;
}

/** A body whose members are all absent or empty text changes nothing. */
export function hasSomeField(body: object): boolean {
  return Object.values(body).some((value) => value !== undefined && value !== "");
}

export const policyIds = z.array(recordId).max(1, messages.onePolicyId);

export const additionalSignersInput = z
  .array(
    named(
      "AdditionalSignerInput",
      z.strictObject({ signer_id: recordId, override_policy_ids: policyIds.optional() }),
      "A session signer: a key quorum that may sign, under its own policy when it names one.",
    ),
  )
  .max(20)
  .refine((signers) => new Set(signers.map((signer) => signer.signer_id)).size === signers.length, {
    error: "Each signer_id can be listed only once",
  });

/** An object whose members are judged elsewhere. `__proto__` is refused: it must not reach code that assigns by name. */
export const anyObject = annotated(
  { type: "object" },
  z.custom<{ [member: string]: unknown }>(
    (value) =>
      typeof value === "object" && value !== null && !Array.isArray(value) && !Object.hasOwn(value, "__proto__"),
    { error: (issue) => (issue.input === undefined ? undefined : "Expected an object"), abort: true },
  ),
);

export const pageQuery = {
  cursor: text(1, 512).optional(),
  limit: z
    .string()
    .regex(/^[0-9]{1,9}$/, "Query limit must be a whole number")
    .transform(Number)
    .pipe(z.number().int().min(1, "Query limit must be at least 1").max(100, messages.pageTooLarge))
    .optional(),
};

/** Unix milliseconds in a query. */
export const timestampQuery = z
  .string()
  .regex(/^[0-9]{1,15}$/, "A time is a whole number of Unix milliseconds")
  .transform(Number)
  .pipe(timestamp);

export const booleanQuery = z
  .enum(["true", "false"])
  .transform((value) => value === "true")
  .pipe(z.boolean());

export const successResponse = named("Success", z.strictObject({ success: z.literal(true) }));

/** Ends with `next_cursor: null`, literally: clients loop until they see it. */
export function pageOf<S extends z.ZodType>(item: S) {
  return z.strictObject({ data: z.array(item), next_cursor: z.string().nullable() });
}
