import { z } from "zod";
import { named } from "./components.ts";
import { chainType, text, timestamp } from "./fields.ts";

/** Spec 04 §7. Whether the address is one of the chain is the signer's to say. */
const target = {
  address: text(1, 200),
  chain_type: chainType,
  encryption_type: z.literal("HPKE"),
};
const byKey = { ...target, entropy_type: z.literal("private-key") };
const byPhrase = { ...target, entropy_type: z.literal("hd"), index: z.number().int().min(0).max(2_147_483_647) };

const base64 = z.string().min(1).max(10_000);
const encrypted = {
  encapsulated_key: base64,
  ciphertext: base64,
  hpke_config: z
    .strictObject({
      aead_algorithm: z.enum(["CHACHA20_POLY1305", "AES_GCM256"]).optional(),
      info: base64.optional(),
      aad: base64.optional(),
    })
    .optional(),
};

export const initImportBody = named(
  "InitImportBody",
  z.discriminatedUnion("entropy_type", [z.strictObject(byKey), z.strictObject(byPhrase)]),
);

export const initImportResponse = named(
  "InitImportResponse",
  z.object({
    encryption_type: z.literal("HPKE"),
    encryption_public_key: z.string().describe("base64 of the uncompressed P-256 point"),
    expires_at: timestamp,
  }),
);

/** `wallet` of a submission; what else it may say is what a new wallet may. */
export const importedWallet = named(
  "ImportedWalletInput",
  z.discriminatedUnion("entropy_type", [
    z.strictObject({ ...byKey, ...encrypted }),
    z.strictObject({ ...byPhrase, ...encrypted }),
  ]),
  "HPKE in base mode to the key of the import. Inside: a private key, raw or in the text that the chain's tools write, or the words of a seed phrase.",
);
