import { chainTypes } from "@mandate/core/chains/chain-types";
import { readRpcParams } from "@mandate/core/chains/signable-request";
import { hpkeSeal } from "@mandate/core/crypto/hpke";
import { deriveP256Scalar, parseHpkeRecipientKey } from "@mandate/core/crypto/p256";
import { encodeBase64 } from "@mandate/core/encoding/base64";
import type { JsonObject } from "@mandate/core/encoding/json-value";
import type { SignerAnswer } from "../protocol.ts";
import { accept } from "./accept.ts";
import { type Authorization, authorize } from "./authorize.ts";
import { assertMayUse, authenticateCaller } from "./caller.ts";
import { decide } from "./decide.ts";
import { type Operation, requireBody, requireText } from "./operation.ts";
import { putRecord } from "./put-record.ts";
import type { WalletBody } from "./records.ts";
import { invalidData, Refusal } from "./refusal.ts";
import { refuseByPolicy } from "./refuse-by-policy.ts";
import type { AuthorityRecord } from "./seal.ts";
import { requireChainType, signingContextOf } from "./wallet-key.ts";
import { withWalletSecret } from "./wallet-secret.ts";

const MEMBERS = ["encryption_type", "recipient_public_key", "export_seed_phrase"];
/** `export_type` says what the caller's page does with the key; it changes nothing here. */
const RPC_MEMBERS = [...MEMBERS, "export_type"];

type ExportMethod = "exportPrivateKey" | "exportSeedPhrase";

/** Whether the body of an rpc request asks for an export (spec 04 §4.5). */
export function isExportRequest(op: Operation): boolean {
  const { body } = op;
  if (typeof body !== "object" || body === null || Array.isArray(body) || !Object.hasOwn(body, "method")) return false;
  return body.method === "exportPrivateKey" || body.method === "exportSeedPhrase";
}

/**
 * Hands the wallet's private key or seed phrase to its owner, encrypted to the key in the signed request (spec 04 §6,
 * I30). A session signer never exports, and neither does the app's secret alone: a wallet without an owner has nobody
 * who could ask (I20). The wallet's policy must allow `exportPrivateKey` or `exportSeedPhrase` where there is one.
 * An archived wallet signs nothing any more, but its key stays its owner's.
 */
export function exportWallet(op: Operation): SignerAnswer {
  const caller = authenticateCaller(op);
  const wallet = op.records.get("wallet", op.route.params.id!);
  if (wallet.deleted) throw new Refusal(404, "not_found", "Wallet not found");
  assertMayUse(op, caller, wallet.body);
  op.records.markUsed(wallet);
  const { owner_id: ownerId } = wallet.body;
  if (ownerId === null) throw invalidData("Wallets without owners cannot be exported");
  const authorization = authorize(op, [{ role: "owner", quorumId: ownerId }]);

  const { recipientPoint, what } = op.route.operation === "walletRpc" ? readRpcExport(op, wallet.body) : readExport(op);
  const verdict = decide(op, wallet, authorization, [{ method: what }]);
  const facts = { walletId: wallet.id, authorization, policy: verdict.explanation };
  if (verdict.decision !== "ALLOW") return refuseByPolicy(op, facts);
  if (op.request.decideOnly === true) return accept(op, { walletId: wallet.id, authorization, changesState: false });
  return seal(op, wallet, recipientPoint, what, facts);
}

function readExport(op: Operation): { recipientPoint: Uint8Array; what: ExportMethod } {
  const body = requireBody(op, MEMBERS);
  return {
    recipientPoint: readRecipient(body),
    what: readWantsPhrase(body) === true ? "exportSeedPhrase" : "exportPrivateKey",
  };
}

/** The same in the form of an rpc request, where the method says what is wanted. */
function readRpcExport(op: Operation, wallet: WalletBody): { recipientPoint: Uint8Array; what: ExportMethod } {
  const body = op.body as JsonObject;
  const what = body.method as ExportMethod;
  const context = signingContextOf(wallet, op.route.params.id!);
  const read = readRpcParams(body, wallet.chain_type, context, { params: RPC_MEMBERS });
  if (!read.ok) throw invalidData(read.message);
  const wantsPhrase = readWantsPhrase(read.params);
  if (wantsPhrase !== undefined && wantsPhrase !== (what === "exportSeedPhrase")) {
    throw invalidData("params.export_seed_phrase contradicts the method");
  }
  const { export_type: type = "client" } = read.params;
  if (type !== "client" && type !== "display") throw invalidData("params.export_type must be display or client");
  return { recipientPoint: readRecipient(read.params), what };
}

function readRecipient(body: JsonObject): Uint8Array {
  if (body.encryption_type !== "HPKE") throw invalidData("encryption_type must be HPKE");
  const recipient = parseHpkeRecipientKey(requireText(body.recipient_public_key, "recipient_public_key", 2000));
  if (!recipient.ok) throw invalidData(`recipient_public_key: ${recipient.message}`);
  return recipient.point;
}

function readWantsPhrase({ export_seed_phrase: wants }: JsonObject): boolean | undefined {
  if (wants === undefined || typeof wants === "boolean") return wants;
  throw invalidData("export_seed_phrase must be true or false");
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
          const text = chainTypes[requireChainType(wallet.body.chain_type)].encodePrivateKeyForExport(key);
          const sealed = hpkeSeal({ recipientPoint, ephemeralScalar, plaintext: text });
          text.fill(0);
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
