import { z } from "zod";
import { named } from "./components.ts";
import { anyObject, caip2, p256PublicKey, text } from "./fields.ts";

/**
 * The rpc methods of chains other than Ethereum, and the exports. Encoded transactions are judged by length alone here:
 * what they hold is the signer's to say, and it decodes them anyway.
 */
const encodedLengthMax = 300_002;
const encoded = z.string().min(1).max(encodedLengthMax);

/** Legacy echoes of the wallet; when present they must agree with it, which the signer checks. */
function echoesOf<const Chain extends string>(chain: Chain) {
  return {
    address: z.string().max(200).optional(),
    chain_type: z.literal(chain).optional(),
    wallet_id: text(1, 64).optional(),
  };
}

const solana = echoesOf("solana");
const solanaTransaction = z.strictObject({ transaction: encoded, encoding: z.literal("base64") });

const exportParams = z.strictObject({
  encryption_type: z.literal("HPKE"),
  recipient_public_key: p256PublicKey,
  export_seed_phrase: z.boolean().optional(),
  export_type: z.enum(["display", "client"]).optional(),
});
const exportEchoes = {
  address: z.string().max(200).optional(),
  chain_type: text(1, 30).optional(),
  wallet_id: text(1, 64).optional(),
};

export const chainMethods = [
  z.strictObject({
    method: z.literal("signMessage"),
    params: z.strictObject({ message: z.string().max(encodedLengthMax), encoding: z.literal("base64") }),
    ...solana,
  }),
  z.strictObject({ method: z.literal("signTransaction"), params: solanaTransaction, ...solana }),
  z.strictObject({
    method: z.literal("signAndSendTransaction"),
    caip2,
    params: solanaTransaction,
    reference_id: text(1, 64).optional(),
    sponsor: z.boolean().optional(),
    optimistic_broadcast: z.boolean().optional(),
    ...solana,
  }),
  z.strictObject({
    method: z.literal("tron_signTransaction"),
    params: z.strictObject({ raw_data: anyObject }),
    ...echoesOf("tron"),
  }),
  z.strictObject({
    method: z.literal("near_signTransaction"),
    params: z.strictObject({ transaction: encoded }),
    ...echoesOf("near"),
  }),
  z.strictObject({
    method: z.literal("aptos_signTransaction"),
    params: z.strictObject({ transaction: encoded }),
    ...echoesOf("aptos"),
  }),
  z.strictObject({
    method: z.literal("xrpl_signTransaction"),
    params: z.strictObject({ transaction: encoded, encoding: z.literal("hex") }),
    ...echoesOf("xrpl"),
  }),
  z.strictObject({ method: z.literal("exportPrivateKey"), params: exportParams, ...exportEchoes }),
  z.strictObject({ method: z.literal("exportSeedPhrase"), params: exportParams, ...exportEchoes }),
] as const;

/** RFC 9180 base mode; what is inside depends on the chain. */
export const encryptedExport = {
  encryption_type: z.literal("HPKE"),
  encapsulated_key: z.string(),
  ciphertext: z.string(),
};

function signedAs<const Encoding extends string>(encoding: Encoding) {
  return z.object({ signed_transaction: z.string(), encoding: z.literal(encoding) });
}

export const chainResponses = [
  z.object({
    method: z.literal("signMessage"),
    data: z.object({ signature: z.string(), encoding: z.literal("base64") }),
  }),
  z.object({ method: z.literal("signTransaction"), data: signedAs("base64") }),
  z.object({
    method: z.literal("signAndSendTransaction"),
    data: z.object({
      hash: z.string(),
      caip2: z.string(),
      signed_transaction: z.string(),
      transaction_id: z.string(),
      reference_id: z.string().optional(),
    }),
  }),
  z.object({ method: z.literal("tron_signTransaction"), data: signedAs("hex") }),
  z.object({ method: z.literal("near_signTransaction"), data: signedAs("base64") }),
  z.object({ method: z.literal("aptos_signTransaction"), data: signedAs("hex") }),
  z.object({
    method: z.literal("xrpl_signTransaction"),
    data: z.object({ signed_transaction: z.string(), txn_signature: z.string(), encoding: z.literal("hex") }),
  }),
  z.object({ method: z.literal("exportPrivateKey"), data: z.object(encryptedExport) }),
  z.object({ method: z.literal("exportSeedPhrase"), data: z.object(encryptedExport) }),
] as const;

const hex = z
  .string()
  .max(encodedLengthMax)
  .startsWith("0x", "Invalid hex string: must start with '0x' and not contain decimal points");

const rawSignParams = [
  z.strictObject({ hash: hex }),
  z.strictObject({
    bytes: z.string().max(encodedLengthMax),
    encoding: z.enum(["utf-8", "hex", "base64"]),
    hash_function: z.enum(["keccak256", "sha256", "blake2b256"]),
  }),
] as const;

export const rawSignBody = named(
  "RawSignBody",
  z.strictObject({ params: z.union(rawSignParams) }),
  "A hash to sign, or bytes to hash and sign.",
);

export const rawSignResponse = named(
  "RawSignResponse",
  z.object({
    method: z.literal("raw_sign"),
    data: z.object({ signature: z.string(), encoding: z.literal("hex") }),
  }),
  "64 bytes: r and s, or an Ed25519 or BIP-340 signature.",
);
