import { chainTypes } from "@mandate/core/chains/chain-types";
import { type ImportTarget, parseImportTarget } from "@mandate/core/chains/import-target";
import { entropyFromMnemonic } from "@mandate/core/crypto/bip39";
import { type HpkeAead, hpkeOpen } from "@mandate/core/crypto/hpke";
import { deriveP256Scalar, p256PublicKey } from "@mandate/core/crypto/p256";
import { sha256 } from "@mandate/core/crypto/primitives";
import { decodeBase64, encodeBase64 } from "@mandate/core/encoding/base64";
import { encodeHex } from "@mandate/core/encoding/hex";
import type { JsonObject, JsonValue } from "@mandate/core/encoding/json-value";
import { decodeUtf8, encodeUtf8 } from "@mandate/core/encoding/utf8";
import type { SignerAccepted } from "../protocol.ts";
import { accept } from "./accept.ts";
import { authenticateCaller } from "./caller.ts";
import { type Operation, requireBody, requireObject, requireText } from "./operation.ts";
import { invalidData, Refusal } from "./refusal.ts";
import { sealDerivedKey, sealWalletKey, type WalletKey } from "./wallet-key.ts";
import { CREATE_MEMBERS, createWalletWith } from "./wallets.ts";

/**
 * Import of a key that exists already (spec 04 §7). `init` makes a key pair for this one import and gives its private
 * half to the API sealed, so that only the signer can open what the client encrypts; `submit` brings it back. The seal
 * says which wallet it is for and until when; the commit consumes it, so it serves once.
 */
const LIFETIME_MS = 10 * 60 * 1000;
const TARGET_MEMBERS = ["address", "chain_type", "encryption_type", "entropy_type", "index"];
const CONTROL_MEMBERS = CREATE_MEMBERS.filter((name) => name !== "chain_type");
const SCALAR_BYTES = 32;
const CIPHERTEXT_CHARACTERS_MAX = 10_000;

export function initImport(op: Operation): SignerAccepted {
  authenticateCaller(op);
  const target = readTarget(requireBody(op, TARGET_MEMBERS));
  const scalar = deriveP256Scalar(op.ctx.random(48));
  const secret = new Uint8Array(SCALAR_BYTES + 8);
  secret.set(scalar);
  new DataView(secret.buffer).setBigUint64(SCALAR_BYTES, BigInt(op.nowMs + LIFETIME_MS));
  const sealed = op.ctx.sealer.sealSecret(headerOf(op, target), secret, op.ctx.random(32));
  const { point } = p256PublicKey(scalar);
  for (const bytes of [scalar, secret]) bytes.fill(0);
  return accept(op, {
    changesState: false,
    answer: {
      encryption_type: "HPKE",
      encryption_public_key: encodeBase64(point),
      import_key: sealed,
      expires_at: op.nowMs + LIFETIME_MS,
    },
    more: { chain_type: target.chainType, address: target.address, entropy_type: target.entropyType },
  });
}

export function submitImport(op: Operation): SignerAccepted {
  const caller = authenticateCaller(op);
  const body = requireBody(op, ["wallet", ...CONTROL_MEMBERS]);
  const members = [...TARGET_MEMBERS, "encapsulated_key", "ciphertext", "hpke_config"];
  const wallet = requireObject(body.wallet, "wallet", members);
  const target = readTarget(wallet);
  const { scalar, expiresAtMs, digest } = openImportKey(op, target);
  const plaintext = decrypt(wallet, scalar);
  scalar.fill(0);
  const { wallet: _, ...controls } = body;
  try {
    const source = {
      makeKey: (walletId: string) => sealImported(op, walletId, target, plaintext),
      importedAtMs: op.nowMs,
      consume: [{ digest: `import:${digest}`, expiresAtMs: expiresAtMs + 1 }],
    };
    return createWalletWith(op, { ...controls, chain_type: target.chainType }, source, caller);
  } finally {
    plaintext.fill(0);
  }
}

function readTarget(body: JsonObject): ImportTarget {
  if (body.encryption_type !== "HPKE") throw invalidData("encryption_type must be HPKE");
  const parsed = parseImportTarget(body);
  if (!parsed.ok) throw new Refusal(400, parsed.code, parsed.message);
  return parsed.target;
}

function headerOf(op: Operation, target: ImportTarget) {
  return { type: "import_key" as const, appId: op.appId, id: target.id, version: 1 };
}

function openImportKey(op: Operation, target: ImportTarget) {
  const sealed = op.request.importKey;
  const secret = sealed === undefined ? undefined : op.ctx.sealer.openSecret(headerOf(op, target), sealed);
  if (sealed === undefined || secret === undefined) {
    throw invalidData("no import of this address was begun; call /v1/wallets/import/init first");
  }
  const expiresAtMs = Number(new DataView(secret.buffer, secret.byteOffset).getBigUint64(SCALAR_BYTES));
  const scalar = secret.slice(0, SCALAR_BYTES);
  secret.fill(0);
  if (expiresAtMs <= op.nowMs) {
    throw invalidData("this import was begun more than 10 minutes ago; call /v1/wallets/import/init again");
  }
  return { scalar, expiresAtMs, digest: encodeHex(sha256(encodeUtf8(sealed))) };
}

function decrypt(wallet: JsonObject, recipientScalar: Uint8Array): Uint8Array {
  const bytes = (value: JsonValue | undefined, at: string) => {
    const decoded = decodeBase64(requireText(value, at, CIPHERTEXT_CHARACTERS_MAX));
    if (decoded === undefined) throw invalidData(`${at} must be padded base64`);
    return decoded;
  };
  const encapsulatedKey = bytes(wallet.encapsulated_key, "wallet.encapsulated_key");
  const ciphertext = bytes(wallet.ciphertext, "wallet.ciphertext");
  const config = requireObject(wallet.hpke_config ?? {}, "wallet.hpke_config", ["aead_algorithm", "info", "aad"]);
  const plaintext = hpkeOpen({
    ...{ recipientScalar, encapsulatedKey, ciphertext, aead: readAead(config.aead_algorithm) },
    ...(config.info === undefined ? {} : { info: bytes(config.info, "wallet.hpke_config.info") }),
    ...(config.aad === undefined ? {} : { aad: bytes(config.aad, "wallet.hpke_config.aad") }),
  });
  if (plaintext !== undefined) return plaintext;
  throw invalidData(
    "wallet.ciphertext does not open with the key of this import; encrypt to the encryption_public_key of the last init",
  );
}

function readAead(name: JsonValue = "CHACHA20_POLY1305"): HpkeAead {
  if (name === "CHACHA20_POLY1305") return "chacha20-poly1305";
  if (name === "AES_GCM256") return "aes-256-gcm";
  throw invalidData("wallet.hpke_config.aead_algorithm must be CHACHA20_POLY1305 or AES_GCM256");
}

/** Seals what was decrypted, if it is the key of the address that was named. */
function sealImported(op: Operation, walletId: string, target: ImportTarget, plaintext: Uint8Array): WalletKey {
  const seal = target.entropyType === "hd" ? sealPhrase : sealKey;
  const key = seal(op, walletId, target, plaintext);
  if (key.address === target.address) return key;
  throw invalidData("what was imported is not the key of `address`");
}

function sealPhrase(op: Operation, walletId: string, target: ImportTarget, plaintext: Uint8Array): WalletKey {
  const mnemonic = decodeUtf8(plaintext);
  if (mnemonic === undefined) throw invalidData("the seed phrase is not UTF-8");
  const parsed = entropyFromMnemonic(mnemonic);
  if (!parsed.ok) throw invalidData(parsed.message);
  parsed.entropy.fill(0);
  return sealDerivedKey(op, walletId, target.chainType, mnemonic, target.index!);
}

function sealKey(op: Operation, walletId: string, target: ImportTarget, plaintext: Uint8Array): WalletKey {
  const privateKey = chainTypes[target.chainType].parseImportedPrivateKey(plaintext);
  if (privateKey === undefined) throw invalidData(`the plaintext is no private key of ${target.chainType}`);
  return sealWalletKey(op, walletId, target.chainType, privateKey);
}
