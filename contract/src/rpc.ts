import { z } from "zod";
import { annotated, named } from "./components.ts";
import { anyObject, caip2, text } from "./fields.ts";
import { chainMethods, chainResponses } from "./rpc-chains.ts";

/** Characters of a message or hex string; the body limit is the other bound. */
const textLengthMax = 300_002;

/**
 * Judged by prefix and length alone: walking every digit of a long string here and again in the signer would be
 * work done twice on the path that matters most.
 */
const hex = z
  .string()
  .max(textLengthMax)
  .startsWith("0x", "Invalid hex string: must start with '0x' and not contain decimal points");

const quantityPattern = /^0x[0-9a-fA-F]{0,64}$/;

/** A non-negative integer as JSON number (up to 2^53-1) or as `0x` hex string (up to 2^256-1). */
export const quantity = named(
  "Quantity",
  annotated(
    {
      anyOf: [
        { type: "string", pattern: quantityPattern.source },
        { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
      ],
    },
    z.custom<string | number>(
      (value) =>
        typeof value === "string" ? quantityPattern.test(value) : Number.isSafeInteger(value) && (value as number) >= 0,
      {
        error: ({ input }) => {
          if (input === undefined) return undefined;
          return typeof input === "number" && input > Number.MAX_SAFE_INTEGER
            ? 'Please use hex string prefixed with "0x" to represent large numbers (e.g. "0xDE0B6B3A7640000").'
            : "Invalid quantity: must be either a hex string starting with '0x' or a non-negative integer.";
        },
      },
    ),
  ),
);

const address = z.string().max(100);

/** Legacy echoes of the wallet; when present they must agree with it, which the handler checks. */
const echoes = {
  address: address.optional(),
  chain_type: z.literal("ethereum").optional(),
  wallet_id: text(1, 64).optional(),
};

const signatureOptions = {
  caip2: caip2.optional(),
  signature_options: z.strictObject({ type: z.enum(["ecdsa", "erc1271"]) }).optional(),
};

const authorization = z.strictObject({
  contract: address,
  chain_id: quantity,
  nonce: quantity,
  r: hex,
  s: hex,
  y_parity: z.number().int().min(0).max(1),
});

export const unsignedTransaction = named(
  "UnsignedEthereumTransaction",
  z.strictObject({
    from: address.optional(),
    to: address.optional(),
    chain_id: quantity.optional(),
    nonce: quantity.optional(),
    data: hex.optional(),
    value: quantity.optional(),
    type: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(4)]).optional(),
    gas_limit: quantity.optional(),
    gas_price: quantity.optional(),
    max_fee_per_gas: quantity.optional(),
    max_priority_fee_per_gas: quantity.optional(),
    authorization_list: z.array(authorization).max(10).optional(),
  }),
);

const methods = [
  z.strictObject({
    method: z.literal("personal_sign"),
    params: z.strictObject({ message: z.string().max(textLengthMax), encoding: z.enum(["utf-8", "hex"]) }),
    ...signatureOptions,
    ...echoes,
  }),
  z.strictObject({
    method: z.literal("eth_signTypedData_v4"),
    params: z.strictObject({
      typed_data: z.strictObject({
        domain: anyObject,
        types: anyObject,
        message: anyObject,
        primary_type: z.string().min(1).max(1000),
      }),
    }),
    ...signatureOptions,
    ...echoes,
  }),
  z.strictObject({
    method: z.literal("eth_signTransaction"),
    params: z.strictObject({ transaction: unsignedTransaction }),
    ...echoes,
  }),
  z.strictObject({
    method: z.literal("eth_sendTransaction"),
    caip2,
    params: z.strictObject({ transaction: unsignedTransaction }),
    reference_id: text(1, 64).optional(),
    sponsor: z.boolean().optional(),
    ...echoes,
  }),
  z.strictObject({
    method: z.literal("wallet_sendCalls"),
    caip2,
    params: z.strictObject({
      calls: z
        .array(z.strictObject({ to: address, data: hex.optional(), value: quantity.optional() }))
        .min(1)
        .max(35),
    }),
    sponsor: z.boolean().optional(),
    ...echoes,
  }),
  z.strictObject({
    method: z.literal("eth_signUserOperation"),
    params: z.strictObject({
      contract: address,
      // The documentation passes it as a decimal string.
      chain_id: z.union([quantity, z.string().regex(/^[1-9][0-9]{0,77}$/)]),
      user_operation: z.strictObject({
        sender: address,
        nonce: hex,
        call_data: hex,
        call_gas_limit: hex,
        verification_gas_limit: hex,
        pre_verification_gas: hex,
        max_fee_per_gas: hex,
        max_priority_fee_per_gas: hex,
        factory: address.optional(),
        factory_data: hex.optional(),
        paymaster: address.optional(),
        paymaster_data: hex.optional(),
        paymaster_post_op_gas_limit: hex.optional(),
        paymaster_verification_gas_limit: hex.optional(),
      }),
    }),
    ...echoes,
  }),
  z.strictObject({
    method: z.literal("secp256k1_sign"),
    params: z.strictObject({ hash: hex.max(66) }),
    ...echoes,
  }),
  z.strictObject({
    method: z.literal("eth_sign7702Authorization"),
    params: z.strictObject({
      contract: address,
      chain_id: quantity,
      nonce: quantity.optional(),
      executor: z.literal("self").optional(),
    }),
    ...echoes,
  }),
  ...chainMethods,
] as const;

/** The shape of a wallet request. What it means, and whether it is well formed below that, is the signer's to say. */
export const rpcBody = named("WalletRpcBody", z.discriminatedUnion("method", methods));

export type RpcBody = z.output<typeof rpcBody>;

/** On the wire, but not built. */
const TEMPO_TYPE = 118;
const unbuiltMethods: ReadonlySet<unknown> = new Set(["tron_sendTransaction"]);

export function findUnsupportedMethod(body: unknown): string | undefined {
  if (typeof body !== "object" || body === null || !Object.hasOwn(body, "method")) return undefined;
  const { method, params } = body as { method: unknown; params?: { transaction?: { type?: unknown } } | null };
  if (unbuiltMethods.has(method)) return `\`${String(method)}\` is not supported by this server`;
  return params?.transaction?.type === TEMPO_TYPE ? "transactions of type 118 are not supported" : undefined;
}

export const rpcMethods = methods.map((schema) => schema.shape.method.value);

const hexSignature = z.object({ signature: z.string(), encoding: z.literal("hex") });

export const rpcResponse = named(
  "WalletRpcResponse",
  z.discriminatedUnion("method", [
    z.object({ method: z.literal("personal_sign"), data: hexSignature }),
    z.object({ method: z.literal("eth_signTypedData_v4"), data: hexSignature }),
    z.object({ method: z.literal("secp256k1_sign"), data: hexSignature }),
    z.object({ method: z.literal("eth_signUserOperation"), data: hexSignature }),
    z.object({
      method: z.literal("wallet_sendCalls"),
      data: z.object({ transaction_id: z.string(), caip2: z.string() }),
    }),
    z.object({
      method: z.literal("eth_signTransaction"),
      data: z.object({ signed_transaction: z.string(), encoding: z.literal("rlp") }),
    }),
    z.object({
      method: z.literal("eth_sendTransaction"),
      data: z.object({
        hash: z.string(),
        caip2: z.string(),
        transaction_id: z.string().optional(),
        transaction_request: unsignedTransaction.optional(),
        reference_id: z.string().nullable().optional(),
      }),
    }),
    z.object({
      method: z.literal("eth_sign7702Authorization"),
      data: z.object({
        authorization: z.object({
          contract: z.string(),
          chain_id: quantity,
          nonce: quantity,
          r: z.string(),
          s: z.string(),
          y_parity: z.number().int(),
        }),
      }),
    }),
    ...chainResponses,
  ]),
);
