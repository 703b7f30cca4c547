import { hpkeSeal } from "@mandate/core/crypto/hpke";
import { deriveP256Scalar, parseHpkeRecipientKey } from "@mandate/core/crypto/p256";
import { encodeBase64 } from "@mandate/core/encoding/base64";
import type { JsonObject } from "@mandate/core/encoding/json-value";
import type { SignerAnswer } from "../protocol.ts";
import { accept } from "./accept.ts";
import { type Authorization, authorize } from "./authorize.ts";
import { decide } from "./decide.ts";
import { authenticateApp, type Operation, requireBody, requireText } from "./operation.ts";
import { putRecord } from "./put-record.ts";
import { makeReceipt } from "./receipt.ts";
import type { WalletBody } from "./records.ts";
import { invalidData, Refusal } from "./refusal.ts";
import type { AuthorityRecord } from "./seal.ts";
import { withWalletSecret } from "./wallet-secret.ts";

const MEMBERS = ["encryption_type", "recipient_public_key", "export_seed_phrase"];

/**
 * Hands the wallet's private key or seed phrase to its owner, encrypted to the key in the signed request (spec 04 §6,
 * I30). A session signer never exports, and neither does the app's secret alone: a wallet without an owner has nobody
 * who could ask (I20). The wallet's policy must allow `exportPrivateKey` or `exportSeedPhrase` where there is one.
 */
export function exportWallet(op: Operation): SignerAnswer {
  authenticateApp(op);
  const wallet = op.records.get("wallet", op.route.params.id!);
  if (wallet.deleted || wallet.body.archived_at !== null) throw new Refusal(404, "not_found", "Wallet not found");
  op.records.markUsed(wallet);
  const { owner_id: ownerId } = wallet.body;
  if (ownerId === null) throw invalidData("Wallets without owners cannot be exported");
  const authorization = authorize(op, [{ role: "owner", quorumId: ownerId }]);

  const { recipientPoint, what } = readExport(op);
  const verdict = decide(op, wallet, authorization, { method: what });
  const facts = { walletId: wallet.id, authorization, policy: verdict.explanation };
  if (verdict.decision !== "ALLOW") {
    return {
      outcome: "refused",
      status: 400,
      code: "policy_violation",
      error: "RPC request denied due to policy violation",
      details: verdict.explanation,
      used: op.records.used(),
      receipt: makeReceipt(op, { ...facts, decision: "DENY" }),
    };
  }
  return seal(op, wallet, recipientPoint, what, facts);
}

type ExportMethod = "exportPrivateKey" | "exportSeedPhrase";

function readExport(op: Operation): { recipientPoint: Uint8Array; what: ExportMethod } {
  const body = requireBody(op, MEMBERS);
  if (body.encryption_type !== "HPKE") throw invalidData("encryption_type must be HPKE");
  const recipient = parseHpkeRecipientKey(requireText(body.recipient_public_key, "recipient_public_key", 2000));
  if (!recipient.ok) throw invalidData(`recipient_public_key: ${recipient.message}`);
  const { export_seed_phrase: wantsPhrase = false } = body;
  if (typeof wantsPhrase !== "boolean") throw invalidData("export_seed_phrase must be true or false");
  return { recipientPoint: recipient.point, what: wantsPhrase ? "exportSeedPhrase" : "exportPrivateKey" };
}

function seal(
  op: Operation,
  wallet: AuthorityRecord<WalletBody>,
  recipientPoint: Uint8Array,
  what: ExportMethod,
  facts: { walletId: string; authorization: Authorization; policy: JsonObject },
): SignerAnswer {
  const ephemeralScalar = deriveP256Scalar(op.ctx.random(48));
  const { encapsulatedKey, ciphertext } =
    what === "exportSeedPhrase"
      ? withWalletSecret(op, wallet, "wallet_seed", (phrase) =>
          hpkeSeal({ recipientPoint, ephemeralScalar, plaintext: phrase }),
        )
      : withWalletSecret(op, wallet, "wallet_key", (key) => {
          const digits = hexDigits(key);
          const sealed = hpkeSeal({ recipientPoint, ephemeralScalar, plaintext: digits });
          digits.fill(0);
          return sealed;
        });
  ephemeralScalar.fill(0);
  return accept(op, {
    ...facts,
    changesState: true,
    put: wallet.body.exported_at === null ? [markExported(op, wallet)] : [],
    result: ciphertext,
    answer: {
      encryption_type: "HPKE",
      encapsulated_key: encodeBase64(encapsulatedKey),
      ciphertext: encodeBase64(ciphertext),
    },
    more: { exported: what === "exportSeedPhrase" ? "seed_phrase" : "private_key" },
  });
}

function markExported(op: Operation, wallet: AuthorityRecord<WalletBody>) {
  const { id, version, createdAtMs, body } = wallet;
  const next = { ...body, exported_at: op.nowMs };
  return putRecord(op, { type: "wallet", id, version: version + 1, createdAtMs, body: next });
}

/** ASCII hex digits, no `0x`: bytes and never a string, which could not be overwritten. */
function hexDigits(bytes: Uint8Array): Uint8Array {
  const digit = (nibble: number) => nibble + (nibble < 10 ? 0x30 : 0x57);
  const digits = new Uint8Array(bytes.length * 2);
  for (const [at, byte] of bytes.entries()) digits.set([digit(byte >> 4), digit(byte & 15)], at * 2);
  return digits;
}
